"""A chain of strategies is taken as it is written and always ends, or its mistakes are told."""

import pytest

from hitl.policy import Endpoint, FeedbackFrom, Strategy, UseCase, parse_policy
from hitl.policy.strategy import TO_PEOPLE
from hitl.vocabulary import RouteTo
from tests.unit.test_policy_reading import SPAM, told

MODELS = 'endpoints = ["https://models.example/spam"]'
KNOWN = (
    'Known: "to", "at_least", "within", "endpoints", "auto_at", "may_contradict", "question",'
    ' "answers", "feedback" and "revise"'
)


def spam(text: str = "") -> UseCase:
    return parse_policy(SPAM + text).use_case("spam")


def chain(*steps: str) -> str:
    return f"escalate = [{', '.join(steps)}]\n"


def test_without_a_chain_people_are_asked() -> None:
    assert spam().escalate == TO_PEOPLE
    assert spam(chain('{ to = "review" }')).version == spam().version


def test_a_full_chain_says_what_it_says() -> None:
    text = """
        [[use_cases.spam.escalate]]
        to = "second_model"
        endpoints = [
            "https://one.example/spam",
            { url = "https://two.example/spam", model = "big", within = "2s", auto_at = 0.9 },
        ]
        within = "5s"
        at_least = 0.5
        may_contradict = true

        [[use_cases.spam.escalate]]
        to = "ask_user"
        within = "10m"
        question = "Did you expect this mail?"

        [[use_cases.spam.escalate]]
        to = "passive"
        feedback = "channel"
        revise = true
    """
    assert spam(text).escalate == (
        Strategy(
            to=RouteTo.SECOND_MODEL,
            endpoints=(
                Endpoint(url="https://one.example/spam"),
                Endpoint(url="https://two.example/spam", model="big", within="2s", auto_at=0.9),
            ),
            within="5s",
            at_least=0.5,
            may_contradict=True,
        ),
        Strategy(to=RouteTo.ASK_USER, within="10m", question="Did you expect this mail?"),
        Strategy(to=RouteTo.PASSIVE, feedback=FeedbackFrom.CHANNEL, revise=True),
    )


@pytest.mark.parametrize(
    "other",
    [
        chain('{ to = "passive" }'),
        chain('{ to = "ask_user" }', '{ to = "review" }'),
        chain(f'{{ to = "second_model", {MODELS} }}', '{ to = "review" }'),
    ],
)
def test_whoever_is_asked_is_part_of_the_version(other: str) -> None:
    assert spam(other).version != spam().version


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            [],
            (
                ": found a list of 0; must be a list of 1 to 6 steps,"
                ' as in [{ to = "ask_user" }, { to = "review" }]'
            ),
        ),
        (['"review"'], ': found "review"; must be a table like { to = "review" }'),
        (
            ['{ to = "revue" }'],
            (
                '.to: found "revue"; must be "review", "second_model", "ask_user" or "passive"; '
                'did you mean "review"?'
            ),
        ),
        (
            ['{ to = "auto" }'],
            '.to: found "auto"; must be "review", "second_model", "ask_user" or "passive"',
        ),
        (
            ['{ to = "ask_user", withn = "1h" }', '{ to = "review" }'],
            f'.withn: unknown key "withn"; did you mean "within"? {KNOWN}',
        ),
        (
            ['{ to = "second_model", endpoints = [{ ulr = "https://a.example" }] }'],
            (
                '.endpoints.ulr: unknown key "ulr"; did you mean "url"? '
                'Known: "url", "model", "within" and "auto_at"'
            ),
        ),
        (
            ['{ to = "second_model", endpoints = ["models"] }', '{ to = "review" }'],
            (
                '.endpoints.url: found "models"; must be an address like'
                ' "https://example.com/hitl", without a user, a password or a fragment'
            ),
        ),
        (
            ['{ to = "second_model" }', '{ to = "review" }'],
            ".endpoints: is missing; name at least one address to ask",
        ),
        (
            [f'{{ to = "second_model", {MODELS} }}'],
            ': must end with { to = "review" } or { to = "passive" }, which always end a case',
        ),
        (
            ['{ to = "ask_user" }'],
            ': must end with { to = "review" } or { to = "passive" }, which always end a case',
        ),
        (
            ['{ to = "passive", at_least = 0.5 }'],
            ".at_least: found 0.5; must be left out of the last step, which takes whatever is left",
        ),
        (
            ['{ to = "passive" }', '{ to = "review" }'],
            '.to: found "passive"; ends the chain: nothing comes after it, unless it has at_least',
        ),
        (
            ['{ to = "ask_user" }', '{ to = "ask_user" }', '{ to = "review" }'],
            '.to: found "ask_user"; must not ask the user a second time',
        ),
        (
            ['{ to = "review", within = "1h" }'],
            '.within: must be left out here: it goes with "second_model" or "ask_user"',
        ),
        (
            ['{ to = "ask_user", revise = true }', '{ to = "review" }'],
            '.revise: must be left out here: it goes with "passive"',
        ),
        (
            [
                (
                    '{ to = "second_model", within = "5s", endpoints = '
                    '[{ url = "https://a.example", within = "6s" }] }'
                ),
                '{ to = "review" }',
            ],
            (
                '.endpoints.within: found "6s"; must be no longer than the step\'s own within,'
                " and than 60s"
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_chain_is_told(steps: list[str], message: str) -> None:
    found = [line for line in told(SPAM + chain(*steps)) if "is missing; must be" not in line]
    assert f"4: use_cases.spam.escalate{message}" in found


def test_always_review_leaves_no_room_for_a_chain() -> None:
    text = "always_review = true\n" + chain('{ to = "ask_user" }', '{ to = "review" }')
    assert told(SPAM + text) == [
        (
            "5: use_cases.spam.escalate: must be left out where always_review sends everything to"
            " people"
        )
    ]


def test_a_chain_leaves_people_time_before_the_deadline() -> None:
    chained = chain(f'{{ to = "second_model", {MODELS} }}', '{ to = "ask_user" }', TO_REVIEW)
    in_time = spam(chained + 'deadline.due = "2h"\n')
    assert in_time.deadline is not None
    assert told(SPAM + chained + 'deadline.due = "1h"\n') == [
        '4: use_cases.spam.escalate: must leave people some time before the deadline is due, "1h"'
    ]


TO_REVIEW = '{ to = "review" }'
