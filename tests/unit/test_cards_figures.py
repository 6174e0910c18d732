"""Figures are lines a person reads, and say so when there is too little to tell."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.charts import weeks_chart, weeks_in_words
from bot.sandbox.limits.messages import POST_TEXT, check_message
from bot.sandbox.limits.views import check_view
from bot.slack import blocks
from bot.slack.cards.digest import digest_message
from bot.slack.cards.figures import (
    agreement_line,
    cost_line,
    escalation_line,
    queue_line,
    verdict_line,
    waiting_line,
    window_words,
)
from bot.slack.cards.home import home_view
from bot.slack.cards.monthly import evidence_lines, monthly_message
from bot.slack.cards.queue import queue_message, queue_view
from bot.slack.cards.stats import all_stats_message, report_message
from bot.slack.message import Message
from hitl.audit import Checkpoint
from hitl.notifications import Told
from hitl.reports.answers import (
    Automation,
    Cost,
    Deadlines,
    Digest,
    People,
    Queue,
    Report,
    Stats,
    Waiting,
    WeekFigures,
)
from hitl.reports.mine import Dispute, Mine
from hitl.review.monthly import Direction, MonthlyQuestion
from hitl.statistics.agreement import agreement
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.calibration import calibration
from hitl.statistics.findings.facts import Count
from hitl.statistics.findings.signal import Finding
from hitl.statistics.intervals import wilson
from hitl.statistics.precision import precision
from hitl.statistics.reviewers import team_accuracy
from hitl.statistics.served_first import Band, served_first
from hitl.statistics.speed import speed
from hitl.statistics.sunset import sunset
from hitl.statistics.trend import trend
from hitl.vocabulary import Verdict
from tests.slack.samples import MODERATION, NOON

WEEK = timedelta(days=7)
IDLE = Mine(done=0, median_seconds=None, waiting={}, disputes=(), told=frozenset())
BUSY = Mine(
    done=20_000,
    median_seconds=7_000.0,
    waiting={f"{'a-very-long-name-' * 3}{n}": 1_000 for n in range(200)},
    disputes=tuple(Dispute(n, "long" * 16, "<!channel> " * 90, NOON) for n in range(10)),
    told=frozenset(Told),
)


def share(hits: int, total: int) -> Share:
    return Share(hits, total, wilson(hits, total))


def stats(**changes: Any) -> Stats:
    """A busy week."""
    fields: dict[str, Any] = {
        "use_case": "content-moderation",
        "since": NOON - WEEK,
        "until": NOON,
        "predictions": 2_000,
        "stood": 1_838,
        "escalated": 162,
        "escalation": share(162, 2_000),
        "verdicts": {Verdict.APPROVE: 100, Verdict.REJECT: 30, Verdict.FLAG: 10},
        "flagged": 10,
        "agreement": share(118, 140),
        "waiting": Waiting(median=41.2, p90=190.0, count=140),
        "queue": Queue("content-moderation", 4, NOON - timedelta(minutes=12), ((41, "Reply"),)),
        "cost": Cost("USD", ai=0.4, review=280.0, per_decision=0.1402),
    }
    return Stats(**(fields | changes))


TROUBLE = Finding(
    rule="reviews are slow",
    use_case="content-moderation",
    evidence="The median of 400 timed reviews is 41 s. <!channel>" * 20,
    cause="The card asks for more than a glance.",
    fix="Simplify what is shown.",
    next_step="Decide five cases in review mode.",
    p=0.0001,
)


def judged(found: Stats, **changes: Any) -> Report:
    """A report of which nothing but the counts is known."""
    fields: dict[str, Any] = {
        "stats": found,
        "zone": "Europe/Berlin",
        "model": None,
        "policy_version": None,
        "versions": (),
        "labels": (),
        "people": People(
            accuracy=team_accuracy(0, 0),
            speed=speed([]),
            agreement=agreement([]),
            overturned=NotYet(0, 30, "decisions"),
            upheld=NotYet(0, 30, "adjudicated overturns"),
        ),
        "automation": Automation(None, trend([]), precision(0, 0), calibration((), ())),
        "served_first": served_first([]),
        "deadlines": Deadlines(overdue=0, decided=0),
        "weeks": (),
        "this_week": None,
        "sunset": sunset(
            escalated=Count(), agreed=Count(), of_review=None, wrong=Count(), max_error=0.02
        ),
    }
    return Report(**fields | changes)


def assert_sendable(message: Message) -> None:
    check_message(
        text=message.text,
        blocks=message.blocks,
        most_text=POST_TEXT,
        ready_files=frozenset(),
        unsupported=frozenset(),
    )
    assert len(message.text) <= 4_000
    assert blocks.fits(message.blocks)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "Escalation 8.1 % (7\N{EN DASH}9.4), 162 of 2,000 predictions"),
        (
            {"predictions": None, "escalation": None},
            "Escalation unknown: send /v1/tallies (162 escalated)",
        ),
        ({"predictions": 0, "escalation": None}, "No predictions in this time"),
        ({"escalation": share(3, 12)}, "Escalation: not enough yet (12 of 30 predictions)"),
    ],
)
def test_escalation(changes: dict[str, Any], line: str) -> None:
    assert escalation_line(stats(**changes)) == line


@pytest.mark.parametrize(
    ("agreement", "line"),
    [
        (share(118, 140), "Agreement with the AI 84 % (77\N{EN DASH}89) on 140 decisions"),
        (share(9, 12), "Agreement with the AI: not enough yet (12 of 30 decisions)"),
        (None, "Agreement with the AI: not enough yet (0 of 30 decisions)"),
    ],
)
def test_agreement(agreement: Share | None, line: str) -> None:
    assert agreement_line(stats(agreement=agreement)) == line


@pytest.mark.parametrize(
    ("waiting", "line"),
    [
        (Waiting(41.2, 190, 140), "Waiting to decision: median 41 s, 90 % within 3 min"),
        (Waiting(41.2, 190, 35), "Waiting to decision: median 41 s"),
        (Waiting(41.2, 190, 19), "Waiting to decision: not enough yet (19 of 20 decisions)"),
        (None, "Waiting to decision: not enough yet (0 of 20 decisions)"),
    ],
)
def test_waiting(waiting: Waiting | None, line: str) -> None:
    assert waiting_line(stats(waiting=waiting)) == line


@pytest.mark.parametrize(
    ("cost", "line"),
    [
        (Cost("USD", 0.4, 280, 0.1402), "$0.140 a decision, 99.9 % of it review"),
        (Cost("USD", 0, 0, 0), "$0.00 a decision"),
        (None, "Cost unpriced: set costs.ai and costs.review in the policy"),
        (
            Cost("EUR", 0.4, None, None),
            "Cost of review unpriced: set costs.review in the policy; of the AI €0.400",
        ),
        (
            Cost("EUR", None, 24, None),
            "Cost of review €24.00; of the AI unpriced: set costs.ai in the policy",
        ),
    ],
)
def test_cost(cost: Cost | None, line: str) -> None:
    assert cost_line(stats(cost=cost)) == line


def test_the_cost_of_an_unknown_number_of_predictions_is_unknown() -> None:
    unknown = stats(predictions=None, cost=Cost("USD", None, 24, None))
    assert cost_line(unknown).endswith("of the AI unknown: send /v1/tallies")


def test_verdicts_are_counted_and_named() -> None:
    assert verdict_line(stats()) == "140 decided by people: 100 approved, 30 rejected, 10 flagged"
    assert verdict_line(stats(verdicts={})) == "Nothing decided by people"


def test_a_queue_says_how_long_the_oldest_waits() -> None:
    assert queue_line(stats().queue, now=NOON) == "4 cases waiting, the oldest for 12 min"
    assert queue_line(Queue("spam", 0, None), now=NOON) == "Nothing is waiting"
    many = Queue("spam", 10_000, NOON - timedelta(minutes=12), is_more=True)
    assert queue_line(many, now=NOON) == "10,000+ cases waiting, the oldest for 12 min"


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=1), "24 hours"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(days=7), "7 days"),
        (timedelta(weeks=4), "4 weeks"),
    ],
)
def test_windows_are_said_as_they_are_asked_for(window: timedelta, words: str) -> None:
    assert window_words(window) == words


def test_the_digest_sets_a_week_beside_the_week_before() -> None:
    before = stats(since=NOON - 2 * WEEK, until=NOON - WEEK, escalation=share(188, 2_000))
    digest = Digest(week=stats(), before=before, zone="Europe/Berlin")
    message = digest_message(digest, use_case=MODERATION)
    assert_sendable(message)
    shown = str(message.blocks)
    assert "16 Nov \N{EN DASH} 23 Nov 2026 · Europe/Berlin" in shown
    assert "Escalation 8.1 %" in shown
    assert "The week before: escalation 9.4 % (8.2\N{EN DASH}10.8), 140 decisions" in shown


def test_the_digest_says_the_latest_checkpoint_of_the_audit_log() -> None:
    made = Checkpoint(at=NOON, through=40_000, cases=12_408, hash="7c1f" * 16)
    digest = Digest(week=stats(), before=stats(), zone="UTC", checkpoint=made)
    message = digest_message(digest, use_case=MODERATION)
    assert_sendable(message)
    assert "Audit checkpoint `7c1f7c1f7c1f7c1f` over 12,408 cases" in str(message.blocks)


def test_a_digest_of_a_silent_week_can_be_sent() -> None:
    silent = stats(
        predictions=0, escalation=None, verdicts={}, agreement=None, waiting=None, cost=None
    )
    digest = Digest(week=silent, before=silent, zone="UTC")
    assert_sendable(digest_message(digest, use_case=MODERATION))


def test_answers_about_two_hundred_use_cases_keep_slacks_limits() -> None:
    waiting = tuple((n, "<!channel> " * 40) for n in range(10))
    names = [f"{'a-very-long-name-' * 3}{n}" for n in range(200)]
    many = [
        stats(use_case=name, queue=Queue(name, 5_000, NOON - timedelta(days=n), waiting))
        for n, name in enumerate(names)
    ]
    assert_sendable(report_message(judged(many[0]), window=WEEK, findings=[TROUBLE] * 9))
    assert_sendable(all_stats_message(many, window=WEEK))
    queues = [each.queue for each in many]
    assert_sendable(queue_message(queues, now=NOON))
    check_view(queue_view(queues, now=NOON), kind="modal", unsupported=frozenset())
    check_view(home_view(many, mine=BUSY, now=NOON), kind="home", unsupported=frozenset())


def test_where_nothing_happened_little_is_said() -> None:
    quiet = stats(predictions=0, escalation=None, verdicts={}, agreement=None, cost=None)
    assert "Agreement" not in str(report_message(judged(quiet), window=WEEK).blocks)
    assert "Cost" not in str(home_view([quiet], mine=IDLE, now=NOON)["blocks"])


def test_the_queue_counts_what_it_does_not_list() -> None:
    listed = queue_message([replace(stats().queue, open=11)], now=NOON)
    assert "10 more cases not listed" in str(listed.blocks)


def test_home_puts_the_use_case_with_the_most_waiting_first() -> None:
    calm = stats(use_case="calm", queue=Queue("calm", 0, None))
    shown = str(home_view([calm, stats()], mine=IDLE, now=NOON)["blocks"])
    assert shown.index("*content-moderation*") < shown.index("*calm*")
    assert "4 cases waiting" in shown
    assert "Nothing is waiting for you" in shown


def test_findings_say_over_which_time_they_were_looked_for() -> None:
    shown = str(report_message(judged(stats()), window=WEEK, findings=[TROUBLE]).blocks)
    assert "What stands out in the last four weeks" in shown
    quiet = str(report_message(judged(stats()), window=WEEK).blocks)
    assert "What stands out" not in quiet


@pytest.mark.parametrize(
    ("error", "said"),
    [(18.95, "Expected errors: $18.95"), (0.0, "Expected errors: no check found one yet")],
)
def test_that_no_check_found_an_error_is_not_told_as_no_cost(error: float, said: str) -> None:
    cost = Cost("USD", ai=0.4, review=280.0, per_decision=0.1402, error=error)
    assert said in str(report_message(judged(stats(cost=cost)), window=WEEK).blocks)


def test_home_does_not_say_that_nothing_waits_above_a_dispute() -> None:
    asked = replace(IDLE, disputes=(Dispute(41, "spam", "A reply", NOON),))
    shown = str(home_view([stats()], mine=asked, now=NOON)["blocks"])
    assert "Nothing is waiting for you" not in shown
    assert "A dispute waits for you" in shown


def weeks(count: int) -> tuple[WeekFigures, ...]:
    """Busy ones, each a little longer in review than the one before."""
    return tuple(
        WeekFigures(
            monday=date(2026, 8, 31) + number * WEEK,
            since=NOON + (number - count) * WEEK,
            until=NOON + (number - count + 1) * WEEK,
            predictions=2_000,
            escalated=160,
            escalation=share(160, 2_000),
            decided=140,
            agreement=share(118, 140),
            automatic=share(40, 41),
            median_seconds=6.0 + number,
            cost=Cost("USD", ai=0.4, review=280.0, per_decision=0.1402),
        )
        for number in range(count)
    )


@pytest.mark.parametrize("chart", [None, "F0CHART"])
def test_a_digest_shows_its_weeks_as_a_chart_or_a_table(chart: str | None) -> None:
    found = judged(stats(), weeks=weeks(12))
    digest = Digest(
        week=stats(),
        before=stats(),
        zone="UTC",
        report=found,
        findings=(TROUBLE,) * 9,
        labels=140,
        dead_letters=2,
    )
    message = digest_message(digest, use_case=MODERATION, chart=chart)
    shown = str(message.blocks)
    assert len(message.text) <= 4_000
    assert blocks.fits(message.blocks)
    assert ("F0CHART" in shown) is (chart is not None)
    assert ("16 Nov   2,000" in shown) is (chart is None)
    assert "Escalation: 8 % at first, 8 % at last" in shown or chart is None
    assert "140 labels gained · 2 messages could not be sent" in shown
    assert "<!channel>" not in f"{message.text} {shown}"
    assert "Decide five cases in review mode." in shown


@pytest.mark.parametrize("seen", [(), weeks(1), weeks(12)], ids=len)
def test_a_chart_is_drawn_of_any_number_of_weeks(seen: tuple[WeekFigures, ...]) -> None:
    assert weeks_chart(seen).startswith(b"\x89PNG")
    assert weeks_in_words(seen)


def test_the_month_is_asked_about_and_its_answer_shown() -> None:
    asked = MonthlyQuestion(
        id=7,
        use_case="content-moderation",
        month="2026-11",
        since=NOON - 4 * WEEK,
        until=NOON,
        evidence=tuple(evidence_lines(judged(stats()), judged(stats()), findings=[TROUBLE])),
        decision=None,
        decided_by=None,
        decided_at=None,
    )
    message = monthly_message(asked, before=None)
    assert_sendable(message)
    assert "<!channel>" not in f"{message.text} {message.blocks}"
    assert "Invest in the model, or are we good?" in message.text
    assert "'value': '7'" in str(message.blocks)
    answered = replace(asked, decision=Direction.INVEST, decided_by="U0LEA", decided_at=NOON)
    assert "*Invest in the model*, says <@U0LEA>" in str(
        monthly_message(answered, before=None).blocks
    )
    later = monthly_message(replace(asked, month="2026-12"), before=answered)
    assert "In the question of November: invest in the model, said <@U0LEA>" in str(later.blocks)


def test_what_the_order_brought_is_told_with_its_interval_and_what_it_rests_on() -> None:
    found = judged(stats(), served_first=served_first([Band(100, 80, 40), Band(100, 20, 2)]))
    said = report_message(found, window=WEEK).text
    assert (
        "42 % of those decided overturned, in order of arrival 30 %: +12 points (+6 to +18)" in said
    )
    assert "100 decided of 200 that came, 100 left" in said
    untold = report_message(judged(stats()), window=WEEK).text
    assert "not enough yet (0 of 30 cases that people did not get to)" in untold
