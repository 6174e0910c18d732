"""The answer to ``/hitl policy``: what runs, since when, and who agreed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.slack import blocks
from bot.slack.cards.proposed_policy import mrkdwn_name, signed_words, signing_buttons
from bot.slack.message import Block, Message
from bot.slack.text import counted, moment, mrkdwn, whom
from hitl.percent import exact_percent, percent
from hitl.policy import UseCase
from hitl.policy.strategy import Strategy
from hitl.policy.wording import listed
from hitl.policy.words import in_words
from hitl.statistics.advice import Reliability
from hitl.statistics.economics import break_even
from hitl.storage.policy_changes import Change
from hitl.vocabulary import RouteTo

_GONE = "This use case has just left the policy."
_MOST_USE_CASES = 12
_ROOM = blocks.MOST_CHARACTERS - 200
"""The rest is for the line that counts what found none."""
_MOST = 5
"""Names in a list."""
_NAME = 40


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """One use case's policy and where it comes from."""

    use_case: UseCase
    since: Change | None
    """The change that brought its version."""
    proposed: Change | None


def policy_message(shown: Sequence[PolicyShown]) -> Message:
    """Each use case's thresholds, who is asked, approvers and since when, and what is proposed.

    One that is asked for alone can be signed here, too.
    """
    if not shown:
        return Message(_GONE, [blocks.section(_GONE)])
    parts, taken = list[Block](), 0
    for each in shown[:_MOST_USE_CASES]:
        longer = [*parts, *_use_case(each)]
        if parts and blocks.size(longer) > _ROOM:
            break
        parts, taken = longer, taken + 1
    if len(shown) == 1 and shown[0].proposed is not None:
        parts.append(signing_buttons(shown[0].proposed))
    if taken < len(shown):
        more = counted(len(shown) - taken, "more use case")
        parts.append(blocks.context(blocks.plain(f"and {more}: ask for one by its name", 100)))
    text = "; ".join(f"{each.use_case.name}: {_thresholds(each.use_case)}" for each in shown[:3])
    return Message(text, parts)


def _use_case(shown: PolicyShown) -> Iterator[Block]:
    lines = [f"*{shown.use_case.name}* · {mrkdwn(shown.use_case.question, 150)}"]
    lines.append(f"Stands by itself: {_thresholds(shown.use_case)}")
    lines.append(f"Otherwise: {_strategy(shown.use_case)}")
    if should := _by_prices(shown.use_case):
        lines.append(should)
    lines.append(f"Changes are signed by: {_approvers(shown.use_case)}")
    yield blocks.section("\n".join(lines))
    yield blocks.context(blocks.mrkdwn(_since(shown)))
    if shown.proposed is not None:
        yield blocks.section(_proposed(shown.proposed))


def _thresholds(use_case: UseCase) -> str:
    if use_case.always_review:
        return "nothing, everything goes to people"
    by_threshold: dict[float | None, list[str]] = {}
    for label, rule in use_case.labels.items():
        by_threshold.setdefault(rule.auto_at, []).append(mrkdwn(label, _NAME))
    if len(by_threshold) == 1:
        [threshold] = by_threshold
        return f"every label at {_at(threshold)}"
    return "; ".join(
        f"{listed(labels, most=_MOST)} at {_at(threshold)}"
        for threshold, labels in list(by_threshold.items())[:_MOST]
    )


def _by_prices(use_case: UseCase) -> str | None:
    """Chow's rule for each label that has its prices; None where none has."""
    costs, errs = use_case.costs, Reliability().reviewer_errs
    if costs is None or costs.review is None or not costs.error:
        return None
    worth = [
        f"{mrkdwn(label, _NAME)} {percent(each, decimals=1)}"
        for label, error in list(costs.error.items())[:_MOST]
        for each in [break_even(review=costs.review, error=error, reviewer_errs=errs)]
    ]
    return (
        f"By its prices a label pays off from this chance of being right: {', '.join(worth)}"
        f" (1 \N{MINUS SIGN} (review + {percent(errs)} of an error) / error, with people assumed"
        f" wrong in {percent(errs)}; `hitl policy advise` counts with what was measured)"
    )


def _at(threshold: float | None) -> str:
    return "no score" if threshold is None else exact_percent(threshold)


def _strategy(use_case: UseCase) -> str:
    """Who is asked about the rest, one after the other."""
    return ", then ".join(_step(step, use_case) for step in use_case.escalate)


def _step(step: Strategy, use_case: UseCase) -> str:
    words = {
        RouteTo.REVIEW: _people(use_case),
        RouteTo.SECOND_MODEL: counted(len(step.endpoints), "second model"),
        RouteTo.ASK_USER: "the user",
        RouteTo.PASSIVE: "the AI's answer stands and feedback is asked",
    }[step.to]
    limits = [f"from {exact_percent(step.at_least)}"] if step.at_least is not None else []
    limits += [f"within {step.within}"] if step.within is not None else []
    return f"{words} ({listed(limits)})" if limits else words


def _people(use_case: UseCase) -> str:
    people = listed(
        (whom(each, channel=use_case.channel) for each in use_case.reviewers), last="or", most=_MOST
    )
    many = f", {use_case.reviews_needed} of them" if use_case.reviews_needed > 1 else ""
    place = "" if use_case.reviewers == ("channel",) else f" in {mrkdwn(use_case.channel, _NAME)}"
    return f"{people}{place}{many}"


def _approvers(use_case: UseCase) -> str:
    if not use_case.approvers:
        return "nobody, they apply at once"
    return listed(
        f"{office} ({whom(named, channel=use_case.channel)})"
        for office, named in use_case.approvers.items()
    )


def _since(shown: PolicyShown) -> str:
    change, version = shown.since, f"version `{shown.use_case.version}`"
    if change is None:
        return version
    since = f"{version} since {moment(change.settled_at or change.asked_at)}"
    since += f" · asked for by {mrkdwn_name(change.by)}"
    signed = [f"{each.office} ({mrkdwn_name(each.by)})" for each in change.signatures]
    return f"{since} · signed for {listed(signed)}" if signed else since


def _proposed(change: Change) -> str:
    lines = listed((mrkdwn(in_words(each), 120) for each in change.differences), most=5)
    return f":memo: *Proposal {change.id}* · {lines}\n{signed_words(change)}"
