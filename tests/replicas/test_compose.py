"""compose.yaml fits the image, the settings and itself."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings
from hitl.storage.engines import database_url

ROOT = Path(__file__).parents[2]


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_replicas_are_given_settings_that_exist(compose: Any) -> None:
    known = {field.alias or name.upper() for name, field in Settings.model_fields.items()}
    assert compose["services"]["hitl"]["environment"].keys() <= known


def test_the_replicas_share_the_database_beside_them(compose: Any) -> None:
    url = database_url(compose["services"]["hitl"]["environment"]["HITL_DATABASE_URL"])
    assert url.host in compose["services"]
    assert url.username == compose["services"][str(url.host)]["environment"]["POSTGRES_USER"]
    assert url.get_backend_name() == "postgresql"


def test_the_policy_stands_where_the_image_looks_for_it(compose: Any) -> None:
    [mounted] = compose["services"]["hitl"]["volumes"]
    assert f"HITL_POLICY={mounted.split(':')[1]}" in (ROOT / "Dockerfile").read_text()


def test_the_proxy_finds_every_replica_where_the_image_listens(compose: Any) -> None:
    assert "dynamic a hitl 8080" in compose["configs"]["proxy"]["content"]
    assert "HITL_PORT=8080" in (ROOT / "Dockerfile").read_text()
