"""Stored predictions and blind checks of one use case and model version, to be replayed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
)

from hitl.policy import UseCase
from hitl.policy.stored import content_of
from hitl.reports.facts import PREDICTIONS, TALLY
from hitl.reports.ledger import EVER, Ledger
from hitl.statistics.replay import Band, Check, Traffic
from hitl.storage.predictions import IS_PREDICTION, NO_PREDICTION, SURE, is_model
from hitl.storage.tables import cases, checks, policy_versions, tallies
from hitl.vocabulary import CheckKind, CheckState

_MOST, _MOST_CHECKS = 100_000, 20_000
"""Predictions that are read, the newest first; the window is then as short as they make it. And
checks of it, of which no certificate gets sharper by more.
"""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
# Without a margin there may be a tie, or a single score of one half; no other scores are read.
_SCORES_OF_TIES = case((cases.c.margin == 0, cases.c.scores), else_=null()).label("ties")
_ANSWERED = (CheckState.SETTLED, CheckState.DISPUTED)
_SURE_OF_ONE, _NEAR_TIE = 1, 2
# Of what has no confidence, or comes with a wish for a person, no threshold has a say.
_KIND = case(
    (cases.c.confidence.is_(None) | (cases.c.routed_by == "caller"), literal_column("0")),
    (cases.c.margin > 0, literal_column("1")),
    else_=literal_column("2"),
)
_GRAINS, _HAIR = 10_000, 1e-6


@dataclass(frozen=True, slots=True)
class Window:
    """``since <= t < until``, of one use case and one model version, None being a version too."""

    use_case: str
    model: str | None
    since: datetime
    until: datetime


def thresholds_of(use_case: UseCase) -> dict[str, float | None]:
    """As the policy has them; None where everything goes to people."""
    return {
        label: None if use_case.always_review else rule.auto_at
        for label, rule in use_case.labels.items()
    }


def newest_model(connection: Connection, use_case: str) -> str | None:
    """The version that predicted last."""
    return connection.execute(
        select(cases.c.model)
        .where(cases.c.use_case == use_case, IS_PREDICTION)
        .order_by(cases.c.submitted_at.desc(), cases.c.id.desc())
        .limit(1)
    ).scalar()


def first_prediction(connection: Connection, use_case: str, model: str | None) -> datetime | None:
    """When a version began."""
    # The counts know the hour: an index would lead through all that came before.
    ledger = Ledger.open(connection, use_case, model=model or "")
    hours = [
        row.hour
        for row in ledger.rows(PREDICTIONS, [EVER], "hour", "routed_by")
        if row.routed_by not in (*NO_PREDICTION, TALLY)
    ]
    found: datetime | None = (
        connection.execute(
            select(func.min(cases.c.submitted_at)).where(
                cases.c.use_case == use_case,
                cases.c.submitted_at >= min(hours),
                cases.c.submitted_at < min(hours) + _HOUR,
                is_model(cases.c.model, model),
                IS_PREDICTION,
            )
        ).scalar()
        if hours
        else None
    )
    return found


def traffic(connection: Connection, window: Window, *, use_case: UseCase) -> Traffic:
    """At most 100,000 predictions, the newest, with what was checked and tallied beside.

    Confidences are given to four decimals, rounded down.
    """
    since = _since(connection, window)
    sure, to_people = _decided_by_threshold(connection, replace(window, since=since))
    return Traffic(
        days=_days(connection, window, since=since),
        confidences={label: sorted(sure.get(label, ())) for label in [*use_case.labels, *sure]},
        to_people=to_people,
        bands=_bands(connection, window, since=since),
        checks=checked(connection, window, use_case=use_case),
    )


def _days(connection: Connection, window: Window, *, since: datetime) -> float:
    """Over how many days it came: a version that began within the window has as many as it has.

    One that began today has had a day, for what a few hours bring says nothing of the rest.
    """
    ledger = Ledger.open(connection, window.use_case, model=window.model or "")
    began = since
    if not any(_predicted(ledger, (EVER[0], since))):  # of which the days are enough to know
        hours = [row.hour for row in _predicted(ledger, (since, window.until), "hour")]
        began = max(since, min(hours, default=since))
        if began > since:
            began = max(since, min(began, window.until - _DAY))
    return max((window.until - began) / _DAY, 1 / 24)


def _predicted(ledger: Ledger, within: tuple[datetime, datetime], *by: str) -> Iterator[Row[Any]]:
    rows = ledger.rows(PREDICTIONS, [within], "routed_by", *by)
    return (row for row in rows if row.routed_by not in NO_PREDICTION)


def confidences(connection: Connection, window: Window) -> Mapping[str, Sequence[float]]:
    """Those of ``traffic`` alone, in no order."""
    since = _since(connection, window)
    return _decided_by_threshold(connection, replace(window, since=since))[0]


def _decided_by_threshold(
    connection: Connection, window: Window
) -> tuple[dict[str, list[float]], int]:
    """How sure those are that a threshold decides about, and how many are not among them."""
    sure: defaultdict[str, list[float]] = defaultdict(list)
    to_people = near_ties = 0
    for row in connection.execute(_counted(window)).all():
        if row.kind == _SURE_OF_ONE:
            sure[row.label].extend([row.grains / _GRAINS] * row.counted)
        elif row.kind == _NEAR_TIE:
            near_ties += row.counted
        else:
            to_people += row.counted
    if near_ties:
        for row in connection.execute(_predictions(window).where(_KIND == _NEAR_TIE)):
            if _may_stand(row):
                sure[row.label].append(row.sure)
            else:
                to_people += 1
    return dict(sure), to_people


def _since(connection: Connection, window: Window) -> datetime:
    """Where the newest so many begin, or the window."""
    found: datetime | None = connection.execute(
        select(cases.c.submitted_at)
        .where(
            cases.c.use_case == window.use_case,
            cases.c.submitted_at >= window.since,
            cases.c.submitted_at < window.until,
        )
        .order_by(cases.c.submitted_at.desc())
        .offset(_MOST)
        .limit(1)
    ).scalar()
    return found or window.since


def _counted(window: Window) -> Select[Any]:
    """How many there are of each kind, label and confidence."""
    # Rounding just above a half is the same on every database; flooring is not there on all.
    grains = cast(func.round(SURE * _GRAINS + _HAIR - 0.5), Integer).label("grains")
    return (
        select(cases.c.label, grains, _KIND.label("kind"), func.count().label("counted"))
        .where(*_within(window))
        .group_by(cases.c.label, grains, _KIND)
    )


def checked(connection: Connection, window: Window, *, use_case: UseCase) -> tuple[Check, ...]:
    """The shadow sample as far as it is answered, but what no threshold would let stand.

    As it stood at the window's end, the newest 20,000. What is disputed counts as wrong until it is
    settled: answers that agree with the AI settle at once, and without the others the AI would look
    better than it is.
    Of every policy version that asked the same question about the same labels: thresholds do not
    change what is right.
    """
    is_right = and_(
        checks.c.settled_at.is_not(None),
        checks.c.settled_at < window.until,
        checks.c.final_label == cases.c.label,
    )
    found = connection.execute(
        _row(is_right.label("right"))
        .join_from(checks, cases, cases.c.id == checks.c.case_id)
        .where(
            checks.c.use_case == window.use_case,
            # They are opened as their cases come.
            checks.c.opened_at >= window.since,
            checks.c.opened_at < window.until,
            checks.c.kind == CheckKind.AUDIT,
            checks.c.state.in_(_ANSWERED),
            checks.c.answered_at < window.until,
            is_model(cases.c.model, window.model),
            IS_PREDICTION,
            cases.c.policy_version.in_(same_question(connection, use_case)),
            _KIND.in_((_SURE_OF_ONE, _NEAR_TIE)),
        )
        .order_by(checks.c.opened_at.desc(), checks.c.id.desc())
        .limit(_MOST_CHECKS)
    )
    return tuple(
        Check(row.label, row.sure, right=row.right) for row in found.all() if _may_stand(row)
    )


def same_question(connection: Connection, use_case: UseCase) -> frozenset[str]:
    """The policy versions under which an answer meant what it means now."""
    now = _question(content_of(use_case))
    found = connection.execute(
        select(policy_versions.c.version, policy_versions.c.content).where(
            policy_versions.c.use_case == use_case.name
        )
    )
    same = {row.version for row in found if _question(row.content) == now}
    return frozenset({use_case.version, *same})


def _question(content: Mapping[str, Any]) -> Any:
    """What is asked, of which labels, and what each comes to."""
    labels = content.get("labels") or {}
    pairs = labels.items() if isinstance(labels, Mapping) else labels
    ties = sorted((label, (rule or {}).get("verdict")) for label, rule in pairs)
    return content.get("question"), content.get("flag_label"), ties


def _predictions(window: Window) -> Select[Any]:
    return _row().where(*_within(window))


def _row(*more: ColumnElement[Any]) -> Select[Any]:
    """What ``_may_stand`` looks at."""
    return select(
        cases.c.label,
        cases.c.confidence,
        SURE.label("sure"),
        _SCORES_OF_TIES,
        cases.c.routed_by,
        *more,
    )


def _within(window: Window) -> Sequence[ColumnElement[bool]]:
    return (
        cases.c.use_case == window.use_case,
        cases.c.submitted_at >= window.since,
        cases.c.submitted_at < window.until,
        is_model(cases.c.model, window.model),
        IS_PREDICTION,
    )


def _may_stand(row: Row[Any]) -> bool:
    """Whether it is a threshold that decides: no confidence, a tie and a caller's wish are none."""
    if row.confidence is None or row.routed_by == "caller":
        return False
    return not row.ties or list(row.ties.values()).count(row.confidence) <= 1


def _bands(connection: Connection, window: Window, *, since: datetime) -> tuple[Band, ...]:
    found = connection.execute(
        select(tallies.c.label, tallies.c.band_low, tallies.c.count.label("counted")).where(
            tallies.c.use_case == window.use_case,
            is_model(tallies.c.model, window.model),
            tallies.c.until > since,
            tallies.c.until <= window.until,
        )
    )
    return tuple(Band(row.label, row.band_low, row.counted) for row in found)
