"""The README and its docs say what is true: snippets run, tables match the code, links lead on."""

import json
import re
import shlex
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.services import Services
from bot.serving import listen, serving
from bot.settings import Settings
from hitl.api_keys import Scope
from hitl.lifecycle import mermaid
from hitl.percent import exact_percent
from hitl.policy import PRESETS, PolicyError, parse_policy
from hitl.policy.escalations import ESCALATIONS
from hitl.policy.use_case import UseCase
from hitl.storage.database import Database
from hitl.vocabulary import RouteTo
from tests.readme.snippets import run_in_thread

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    path: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
DOCS = "\n".join(PAGES.values())
KEY = "change-me-please-now"


def snippet(language: str, *, holding: str) -> str:
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)
    return next(block for block in blocks if holding in block)


def policy_text() -> str:
    """The whole policy that is shown, its later additions included."""
    deadline = snippet("toml", holding="deadline]")
    return snippet("toml", holding="[use_cases.tickets]") + deadline


def test_the_smallest_policy_is_enough() -> None:
    policy = parse_policy(snippet("toml", holding="# policy.toml"))
    assert list(policy.use_cases) == ["content-moderation"]


@pytest.fixture
def engine() -> str:
    """The words don't depend on the database."""
    return "sqlite"


@pytest.fixture
def services(database: Database) -> Services:
    return Services(database=database, policy=parse_policy(policy_text()), draw=lambda: 0.5)


async def test_the_client_s_example_runs_and_prints_what_it_says(services: Services) -> None:
    code = snippet("python", holding="from hitl.client")
    said = re.findall(r"print\(case\.state.*# (.*)", code)
    app = build_intake(services, keyring=Keyring([SecretStr(KEY)]))
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    output = StringIO()
    async with serving(app, listener):
        with redirect_stdout(output):
            code = code.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
            await run_in_thread(code.replace("seconds=30", "seconds=0.1"))
    listener.close()
    assert output.getvalue().splitlines() == [*said, "None"]


async def test_the_edge_s_example_runs_and_prints_what_it_says(
    services: Services, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(policy_text())
    code = snippet("python", holding="EdgeRouter")
    said = re.findall(r"print\(.*# (.*)", code)
    app = build_intake(services, keyring=Keyring([SecretStr(KEY)]))
    output = StringIO()
    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener):
            port = listener.getsockname()[1]
            code = code.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
            code = code.replace('"policy.toml"', repr(str(policy)))
            with redirect_stdout(output):
                await run_in_thread(code.replace("tickets)", "tickets, draw=lambda: 0.5)"))
    assert output.getvalue().splitlines() == said


async def test_the_curl_example_is_accepted(services: Services) -> None:
    words = shlex.split(snippet("sh", holding="curl").replace("\\\n", " "))
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
    app = build_intake(services, keyring=Keyring([SecretStr(KEY)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        response = await client.post(
            words[words.index("-s") + 1], headers=headers, content=words[words.index("-d") + 1]
        )
    assert response.status_code == 201
    assert json.loads(response.text)["state"] == "open"


def test_the_mistake_that_is_shown_is_the_one_that_is_told() -> None:
    shown = snippet("text", holding="policy.toml:3").strip()
    text = '[use_cases.spam]\npreset = "spam"\nchanel = "#spam"\nchannel = "#spam"\n'
    with pytest.raises(PolicyError) as refusal:
        parse_policy(text)
    assert shown in str(refusal.value)


def test_every_preset_is_in_its_table() -> None:
    rows = "\n".join(preset_row(name) for name in PRESETS)
    assert rows in README, f"the table of presets must be:\n{rows}"


def test_every_way_to_escalate_is_in_its_table() -> None:
    rows = "\n".join(
        f"| `{to}` | {each.use_it_for} | {each.cost} | {each.trade_off} |"
        for to, each in ESCALATIONS.items()
    )
    assert rows in README, f"the table of escalations must be:\n{rows}"
    assert set(ESCALATIONS) == set(RouteTo) - {RouteTo.AUTO}


def test_the_chain_that_is_shown_is_one() -> None:
    text = snippet("toml", holding="escalate").replace(
        "escalate", 'preset = "moderation-two-sided"\nchannel = "#c"\nescalate', 1
    )
    chain = parse_policy(text).use_case("content-moderation").escalate
    assert [step.to for step in chain] == ["passive", "second_model", "ask_user", "review"]


def preset_row(name: str) -> str:
    preset = PRESETS[name]
    labels = preset.settings.get("labels") or {}
    own = [
        f"{label} {exact_percent(rule['auto_at'])}"
        for label, rule in labels.items()
        if "auto_at" in rule
    ]
    stands_at = ", ".join(own) or exact_percent(preset.settings["auto_at"])
    return f"| `{name}` | {stands_at} | {preset.why} |"


def test_the_diagram_is_drawn_from_the_transitions() -> None:
    assert snippet("mermaid", holding="state") == mermaid()


def test_every_setting_is_in_the_table() -> None:
    for name, field in Settings.model_fields.items():
        assert f"`{field.alias or name.upper()}`" in README


async def test_every_call_of_the_api_is_in_the_table(services: Services) -> None:
    paths = build_intake(services, keyring=Keyring([])).openapi()["paths"]
    for path, methods in paths.items():
        shown = path.replace("{case_id}", "{id}")
        for method in methods:
            assert f"{method.upper()} {shown}" in DOCS, f"{method} {path}"


def test_every_key_of_the_policy_is_in_the_table() -> None:
    shown = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", DOCS, re.MULTILINE))))
    assert set(UseCase.model_fields) - {"name"} <= shown


def test_every_scope_is_in_the_table() -> None:
    for scope in Scope:
        assert f"| `{scope}` |" in DOCS


def anchors(page: str) -> set[str]:
    """What a link may name after its #, made of headings as GitHub makes it."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_file_and_heading_that_is_linked_exists() -> None:
    for path, page in PAGES.items():
        for link in re.findall(r"\]\(([^)]+)\)", page):
            if "://" in link:
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.exists(), f"{path.name}: {link}"
            assert not anchor or anchor in anchors(PAGES[target]), f"{path.name}: {link}"


def test_every_picture_is_shown() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\((?:docs/)?([^)]+)\)", DOCS))
    assert {path.name for path in (ROOT / "docs").glob("*.png")} == shown
