"""Settings come from the environment, name what is wrong, and never show a secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, mistyped_settings, read_settings
from tests.packaging.paths import ROOT

CANARY = "canary-5f2c9b7e1d"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without an .env."""
    monkeypatch.chdir(tmp_path)


def test_the_settings_of_the_machine_are_none_of_a_test() -> None:
    looks = "import tests.conftest; from bot.settings import read_settings; read_settings()"
    machine = {"HITL_PORT": "eighty", "hitl_host": "\udcff", "SLACK_BOT_TOKEN": "nonsense"}
    seen = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-c", looks],
        env=os.environ | machine,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert seen.returncode == 0, seen.stderr


def test_secrets_never_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"xoxb-{CANARY}")
    monkeypatch.setenv("SLACK_APP_TOKEN", f"xapp-{CANARY}")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", CANARY)
    monkeypatch.setenv("HITL_API_KEYS", f"{CANARY},{CANARY}-2")
    settings = read_settings()
    assert len(settings.api_keys) == 2
    assert CANARY not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_wrong_secret_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", CANARY)
    monkeypatch.setenv("HITL_API_KEYS", "short")
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    lines = str(refusal.value).splitlines()
    assert [line.split()[0] for line in lines] == ["SLACK_BOT_TOKEN", "HITL_API_KEYS"]
    assert CANARY not in str(refusal.value)


def test_a_dot_env_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("HITL_PORT=1234\nHITL_HOST=127.0.0.2\nUNKNOWN=1\n")
    monkeypatch.setenv("HITL_PORT", "4321")
    settings = read_settings()
    assert (settings.port, settings.host) == (4321, "127.0.0.2")


def test_an_empty_setting_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "")
    monkeypatch.setenv("HITL_API_KEYS", " , ")
    settings = read_settings()
    assert settings.slack_app_token is None
    assert settings.api_keys == ()


def test_slack_over_http_needs_a_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with pytest.raises(SettingsError, match="SLACK_SIGNING_SECRET"):
        read_settings().require_slack()
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "shh")
    assert read_settings().require_slack().slack_signing_secret is not None


@pytest.mark.parametrize(
    "key", ["clé-de-plus-de-seize", "a key that has some spaces", "a" * 16 + "\x7f"]
)
def test_a_key_that_no_header_can_carry_is_refused(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("HITL_API_KEYS", key)
    with pytest.raises(SettingsError, match="HITL_API_KEYS is wrong: every key must be ASCII"):
        read_settings()


def test_a_dot_env_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"HITL_HOST=caf\xe9\n")
    with pytest.raises(SettingsError, match=r"^\.env is wrong: it is not UTF-8 text"):
        read_settings()


@pytest.mark.parametrize("name", [f.alias or n.upper() for n, f in Settings.model_fields.items()])
def test_a_setting_that_is_not_utf_8_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "xoxb-" + os.fsdecode(b"caf\xe9 of at least sixteen bytes"))
    with pytest.raises(SettingsError, match=f"^{name} is wrong: must be UTF-8 text$"):
        read_settings()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://hitl.example.com", "https://hitl.example.com"),
        ("https://Hitl.example.com/", "https://hitl.example.com"),
        ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_public_address_is_an_origin(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    monkeypatch.setenv("HITL_PUBLIC_URL", given)
    assert read_settings().public_url == kept


@pytest.mark.parametrize(
    "given",
    ["hitl.example.com", "ftp://a", "https://", "https://a/b", "https://u:p@a", "https://a b", "x"],
)
def test_a_public_address_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("HITL_PUBLIC_URL", given)
    with pytest.raises(SettingsError, match="HITL_PUBLIC_URL is wrong: must be an address"):
        read_settings()


def test_what_looks_like_a_setting_and_is_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("HITL_DATABSE_URL=postgresql://db/hitl\nHITL_IMAGE_TAG=7\n")
    monkeypatch.setenv("HITL_API_KEY", "a-key-of-some-length")
    monkeypatch.setenv("OTHER_HITL_PORT", "1")
    assert mistyped_settings() == {
        "HITL_API_KEY": "HITL_API_KEYS",
        "HITL_DATABSE_URL": "HITL_DATABASE_URL",
    }


def test_what_is_there_by_its_right_name_is_not_looked_for_under_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("SLACK_API_TOKEN", "of another program")
    assert mistyped_settings() == {}
