"""How a case is put into words: the same on cards, in notifications and for screen readers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from bot.slack.cards.deadline import deadline_sentences
from bot.slack.cards.tried import tried_sentences
from bot.slack.text import counted, duration, mention, moment, mrkdwn, whom
from hitl.blindness import as_seen
from hitl.cases import Case, Outcome, Overruled
from hitl.percent import percent
from hitl.policy import UseCase
from hitl.policy.wording import listed
from hitl.vocabulary import By, CaseState, Verdict

_SIGNS: Mapping[Verdict, str] = {
    Verdict.APPROVE: "✔",
    Verdict.REJECT: "✖",
    Verdict.FLAG: "⚑",
}
_OTHERS: Mapping[By, str] = {
    By.REVIEWER: "a reviewer",
    By.AI: "the AI",
    By.MODEL: "a second model",
    By.USER: "the user who was asked",
    By.DEADLINE: "the deadline",
}
_WITHDRAWN = "⊘ *Withdrawn* · no decision is needed any more"
_NAME = 100
_SENTENCE = 300
_WORTH_SAYING = 60  # seconds of waiting


class Chosen(Protocol):
    """A label and the verdict it was chosen with: an outcome, or a vote."""

    @property
    def verdict(self) -> Verdict: ...

    @property
    def label(self) -> str: ...


def score_words(label: str, score: float, *, use_case: UseCase) -> str:
    """``70 %``; never "87 %" beside a threshold of 87 % that the score misses."""
    rule = use_case.labels.get(label)
    return percent(score, apart_from=rule.auto_at if rule else None)


def proposer(case: Case) -> str:
    """Whose label it is that people confirm or correct."""
    return "whoever sent it" if case.sent_by_person else "the AI"


def beginning(words: str) -> str:
    """The words as a sentence begins."""
    return words[:1].upper() + words[1:]


def _proposal(case: Case, *, use_case: UseCase) -> str:
    """``violation (70 %)``, escaped; the label alone where it came without confidence."""
    label = mrkdwn(case.label, _NAME)
    if case.confidence is None:
        return label
    return f"{label} ({score_words(case.label, case.confidence, use_case=use_case)})"


def case_name(case: Case) -> str:
    """``case 41 · post-8841``; a key says where an item comes from, so a blind case has none."""
    return f"case {case.id}" if case.is_blind else f"case {case.id} · {case.key}"


def outcome_title(outcome: Chosen, *, use_case: UseCase) -> str:
    """The words of the button that stands for the outcome, escaped: ``Reject · remove post``."""
    if use_case.is_verdict:
        return mrkdwn(use_case.button_text(outcome.verdict, outcome.label), _NAME)
    rule = use_case.labels.get(outcome.label)
    words = mrkdwn((rule and rule.button) or outcome.label, _NAME)
    if isinstance(outcome, Outcome | Overruled) and outcome.is_blind:
        return words  # a verdict would speak of the AI's proposal
    again = ", look again" if outcome.verdict is Verdict.FLAG else ""
    return f"{outcome.verdict.capitalize()} · {words}{again}"


def is_settled(case: Case) -> bool:
    """Whether nobody is asked any more."""
    return case.state is CaseState.WITHDRAWN or case.outcome is not None


def settled_lines(case: Case, *, use_case: UseCase) -> list[str]:
    """What became of a case somebody decided on, and how; the person's own words last."""
    case = as_seen(case, use_case=use_case)
    outcome = case.outcome
    if case.state is CaseState.WITHDRAWN:
        return [_WITHDRAWN]
    if outcome is None:
        return [_vote_line(case, use_case=use_case)]
    lines = [
        _outcome_line(outcome, use_case=use_case),
        _decided_how(case, outcome, use_case=use_case),
    ]
    if outcome.overruled:
        # The reason stands among the notes below.
        return [*lines, _overruled_line(outcome.overruled, use_case=use_case)]
    return [*lines, f"“{mrkdwn(outcome.note, 500)}”"] if outcome.note else lines


def _vote_line(case: Case, *, use_case: UseCase) -> str:
    """What a vote came to that settled nothing."""
    if case.state is CaseState.DISPUTED:
        return disputed_line(use_case=use_case)
    return " · ".join(["✓ *Vote stored*", *vote_notes(case, use_case=use_case)])


def _overruled_line(before: Overruled, *, use_case: UseCase) -> str:
    """``↺ overrules Approve · keep post, by @ana``."""
    return f"↺ overrules {outcome_title(before, use_case=use_case)}, by {decided_by(before)}"


def _outcome_line(outcome: Outcome, *, use_case: UseCase) -> str:
    """The outcome with its sign and whatever its title does not say."""
    tells = use_case.is_verdict or not outcome.is_blind
    sign = _SIGNS[outcome.verdict if tells else Verdict.APPROVE]
    title, label = outcome_title(outcome, use_case=use_case), mrkdwn(outcome.label, _NAME)
    said = [f"{sign} *{title}*"]
    if use_case.is_verdict and not title.endswith(f"· {label}"):
        said.append(f"label {label}")
    if outcome.flagged and sign != _SIGNS[Verdict.FLAG]:
        said.append("flagged")
    elif outcome.verdict is Verdict.FLAG and not outcome.flagged:
        said.append("flag cleared")
    if outcome.revision > 1:
        said.append(f"revision {outcome.revision}")
    return " · ".join(said)


def decided_by(outcome: Outcome | Overruled) -> str:
    """Who an outcome comes from: a mention, a name, or what decided instead of a person."""
    return mention(outcome.reviewer) if outcome.reviewer else _OTHERS[outcome.by]


def _decided_how(case: Case, outcome: Outcome, *, use_case: UseCase) -> str:
    """Who decided, when, how long after submission, and whether it is what the AI proposed."""
    waited = (outcome.decided_at - case.submitted_at).total_seconds()
    said = [f"by {decided_by(outcome)}", moment(outcome.decided_at), f"after {duration(waited)}"]
    if outcome.by is not By.AI and not case.is_blind:
        agrees = outcome.label == case.label
        proposed = f"{proposer(case)} proposed {_proposal(case, use_case=use_case)}"
        said.append(f"as {proposer(case)} proposed" if agrees else proposed)
    return " · ".join(said)


def vote_notes(case: Case, *, use_case: UseCase) -> Iterator[str]:
    """``*1 of 2 votes* are in``; never whose they are nor what they say.

    Of a blind case only what holds for each of them in the use case: a draw would tell.
    """
    asked = use_case.reviews_needed if case.is_blind else case.reviews_needed
    votes = case.votes if asked > 1 or not case.is_blind else 0
    if case.state is CaseState.OPEN and (votes or asked > 1):
        needed = max(asked, votes + 1)
        yield f"*{votes} of {needed} votes* are in"


def disputed_line(*, use_case: UseCase) -> str:
    """That only some can decide now, and who."""
    named = (whom(name, channel=use_case.channel) for name in use_case.who_adjudicates)
    return f"⚖ *Disputed* · reviewers chose different labels; {listed(named, last='or')} decides"


def already_decided(outcome: Outcome, *, use_case: UseCase, now: datetime) -> str:
    """What somebody reads who came too late."""
    seconds = (now - outcome.decided_at).total_seconds()
    when = f"{duration(seconds)} ago" if seconds >= 1 else "just now"
    title = outcome_title(outcome, use_case=use_case)
    return f"Already decided: {decided_by(outcome)} chose {title} {when}."


def case_text(case: Case, *, use_case: UseCase, now: datetime) -> str:
    """The whole card as sentences, escaped, for notifications and screen readers."""
    case = as_seen(case, use_case=use_case)
    title = mrkdwn(case.title or case.text or case.key, 150)
    if case.state is CaseState.WITHDRAWN:
        said = [f"Withdrawn: {title}."]
    elif case.outcome is not None:
        decided = outcome_title(case.outcome, use_case=use_case)
        said = [f"{decided}, by {decided_by(case.outcome)}: {title}."]
    else:
        said = [
            mrkdwn(use_case.question, 150),
            f"{title}.",
            *_asking(case, use_case=use_case, now=now),
        ]
    said.append(f"Case {case.id} in {case.use_case}.")
    return " ".join(said)


def _asking(case: Case, *, use_case: UseCase, now: datetime) -> list[str]:
    said = list[str]() if case.is_blind else _proposed(case, use_case=use_case)
    said += [mrkdwn(sentence, _SENTENCE) for sentence in tried_sentences(case)]
    if case.state is CaseState.DISPUTED:
        said.append("Reviewers disagree.")
    said += [f"{note.replace('*', '')}." for note in vote_notes(case, use_case=use_case)]
    waited = (now - case.submitted_at).total_seconds()
    if waited >= _WORTH_SAYING:
        said.append(f"Waiting for {duration(waited)}.")
    said += deadline_sentences(case, use_case=use_case, now=now)
    if case.notes:
        said.append(f"{counted(len(case.notes), 'note')}.")
    return said


def _proposed(case: Case, *, use_case: UseCase) -> list[str]:
    proposed = _proposal(case, use_case=use_case)
    said = [
        f"{beginning(proposer(case))} proposes {proposed}: {mrkdwn(case.route_reason, _SENTENCE)}."
    ]
    if case.reason:
        said.append(f"Its reasoning: “{mrkdwn(case.reason, _SENTENCE)}”.")
    return said
