"""``hitl simulate`` and ``hitl policy certify`` as people type them, on good input and bad."""

import asyncio
import re
from pathlib import Path

import pytest

from hitl.storage.database import Database
from tests.examples import moderation
from tests.statistics.conftest import Typed
from tests.statistics.stored import Predicted, store


@pytest.fixture
def engine() -> str:
    """What is read is tested on both; here it is words."""
    return "sqlite"


@pytest.mark.parametrize("name", ["moderation", "email", "medical", "linkedin"])
def test_a_scenario_needs_no_data_and_no_policy(typed: Typed, name: str) -> None:
    Path("policy.toml").unlink()
    result = typed("simulate", "--scenario", name)
    assert result.status == 0
    assert "What does not follow" in result.said
    assert "…" not in result.said, "an amount is cut short in 80 columns"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("simulate", "--scenario", "mail"), 'unknown scenario "mail"'),
        (("simulate",), "name a use case: content-moderation and digits"),
        (("simulate", "digitz"), '"digits"'),
        (("simulate", "digits"), "no predictions came for digits"),
        (("simulate", "digits", "--window", "tomorrow"), "no window"),
        (("simulate", "digits", "--threshold", "10=0.5"), 'unknown label "10"'),
        (("simulate", "digits", "--threshold", "high"), "must be from 0 to 1"),
        (("simulate", "digits", "--threshold", "nan"), "must be from 0 to 1"),
        (("simulate", "digits", "--better", "140%"), "must be from 0 to 1"),
        (("policy", "certify", "--use-case", "digits", "--max-error", "0"), "must be above 0"),
        (("policy", "certify", "--max-error", "2%"), "name a use case"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    typed: Typed, words: tuple[str, ...], said: str
) -> None:
    result = typed(*words)
    assert result.status == 2
    assert said in result.said


@pytest.mark.usefixtures("month")
def test_other_thresholds_stand_beside_the_policys(typed: Typed) -> None:
    result = typed("simulate", "content-moderation", "--threshold", "0.8", "--png", "it.png")
    assert result.status == 0, result.said
    assert "clean 92 %, violation 87 %" in result.said
    assert "as asked" in result.said
    assert "900 predictions in 27.0 days, 300 checked blind" in result.said
    assert "never less" in result.said
    assert Path("it.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("month")
def test_a_better_model_is_said_to_be_assumed(typed: Typed) -> None:
    result = typed("simulate", "content-moderation", "--better", "40%")
    assert "Assumed, not measured" in result.said
    assert "if 40 % better" in result.said


@pytest.mark.usefixtures("month")
def test_a_picture_that_cannot_be_written_is_said(typed: Typed) -> None:
    result = typed("simulate", "content-moderation", "--png", "no/such/folder.png")
    assert result.status == 2
    assert "can't write" in result.said


@pytest.mark.usefixtures("month")
def test_a_threshold_is_certified_with_its_sample(typed: Typed) -> None:
    words = ("policy", "certify", "--use-case", "content-moderation", "--max-error", "12%")
    result = typed(*words)
    assert result.status == 0, result.said
    assert re.search(r"Weekly test [34], of what came before Monday 20", result.said)
    assert "random checks at or above it" in result.said
    assert re.search(r"\$[\d.,]+ a day", result.said)
    assert "Keep the blind checks on" in result.said


@pytest.mark.usefixtures("month")
def test_what_is_missing_for_a_certificate_is_counted(typed: Typed) -> None:
    words = ("policy", "certify", "--use-case", "content-moderation", "--max-error", "0.5%")
    result = typed(*words)
    assert result.status == 0
    assert "not enough yet (" in result.said
    assert "a day" not in result.said


@pytest.mark.usefixtures("month")
def test_without_any_prediction_there_is_nothing_to_certify(typed: Typed) -> None:
    result = typed("policy", "certify", "--use-case", "digits", "--max-error", "2%", "--once")
    assert result.status == 0
    assert "No prediction has come yet" in result.said


async def add_now(database: Database) -> None:
    """One prediction that came just now, checked blind."""
    since, one = database.now(), Predicted("clean", 0.99, right=True)
    await database.write(lambda tx: store(tx, [one], use_case=moderation(), since=since))


def test_before_the_first_test_checks_are_not_told_as_none(typed: Typed, database_url: str) -> None:
    database = Database(database_url)
    asyncio.run(add_now(database))
    database.close()
    result = typed("policy", "certify", "--use-case", "content-moderation", "--max-error", "2%")
    assert result.status == 0, result.said
    assert "The first test is on" in result.said
    assert "not looked at yet; it takes " in result.said
    assert "(0 of" not in result.said
