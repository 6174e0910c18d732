"""What others wrote is served as they published it, with their licence."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.dashboard.pages import STATIC

VENDOR = STATIC / "vendor"
RECORD: dict[str, dict[str, Any]] = tomllib.loads((VENDOR / "vendored.toml").read_text())


@pytest.mark.parametrize("entry", RECORD.values(), ids=list(RECORD))
def test_a_vendored_file_is_the_one_on_record(entry: dict[str, Any]) -> None:
    content = (VENDOR / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    published = content + b"//# sourceMappingURL=chart.umd.min.js.map\n"
    assert hashlib.sha256(published).hexdigest() == entry["published_sha256"]
    assert f"{entry['name']} v{entry['version']}".encode() in content[:200]
    assert entry["licence"] in (VENDOR / entry["licence_file"]).read_text()


def test_nothing_is_vendored_that_is_not_on_record() -> None:
    named = {entry[key] for entry in RECORD.values() for key in ("file", "licence_file")}
    assert {Path(file).name for file in VENDOR.iterdir()} == named | {"vendored.toml"}
