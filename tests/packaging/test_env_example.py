""".env.example names every setting, and as it stands it changes none."""

import re
from pathlib import Path

from bot.settings import Settings
from tests.packaging.paths import ROOT

EXAMPLE = ROOT / ".env.example"
SETTINGS = {field.alias or name.upper() for name, field in Settings.model_fields.items()}
ASSIGNMENT = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", flags=re.MULTILINE)


def test_every_setting_is_there_once_and_nothing_else() -> None:
    named = [name for name, _ in ASSIGNMENT.findall(EXAMPLE.read_text())]
    assert sorted(named) == sorted(SETTINGS)


def test_the_values_shown_are_the_defaults(tmp_path: Path) -> None:
    shown = tmp_path / ".env"
    shown.write_text(ASSIGNMENT.sub(r"\1=\2", EXAMPLE.read_text()))
    assert Settings(_env_file=shown) == Settings(_env_file=None)


def test_what_the_image_sets_stays_set_when_the_example_is_its_env_file() -> None:
    active = re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE)
    image = re.findall(r"\b(HITL_[A-Z_]+)=", (ROOT / "Dockerfile").read_text())
    assert image
    assert set(active).isdisjoint(image)


def test_docker_reads_the_same_file() -> None:
    # Docker keeps quotes and trailing comments as part of a value.
    for name, value in ASSIGNMENT.findall(EXAMPLE.read_text()):
        assert not re.search(r"[\s\"'#]", value), name
