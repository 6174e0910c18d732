"""A use case as the policy describes it: valid when it exists, and never changed."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from hitl.policy.aside import ASIDE, deciding, digest_of
from hitl.policy.contradictions import contradictions
from hitl.policy.deadline import Deadline
from hitl.policy.fields import (
    ApproverName,
    ButtonWords,
    CaseCount,
    Channel,
    DoubleReview,
    InnerShare,
    KnownAnswerRate,
    LabelName,
    Length,
    LengthOrNone,
    Must,
    Order,
    PresetName,
    Question,
    ReviewCount,
    Share,
    Switch,
    Threshold,
    UseCaseName,
    Webhook,
    Who,
)
from hitl.policy.frozen import Frozen
from hitl.policy.learning import Retrain
from hitl.policy.mistakes import dotted
from hitl.policy.parts import Costs, Digest, LabelRule
from hitl.policy.strategy import TO_PEOPLE, Strategy
from hitl.vocabulary import Verdict

_BUTTON_LENGTH = 75
"""Slack refuses longer button texts."""


class UseCase(Frozen):
    """A named stream of predictions; a verdict use case ties each of two labels to a verdict."""

    name: UseCaseName
    preset: Annotated[PresetName | None, ASIDE] = None
    """A starting point: the file overrides whatever it gives."""
    channel: Channel
    """Where cases appear."""
    fallback_channel: Annotated[Channel | None, ASIDE] = None
    """Where they appear when that one is gone or archived."""
    question: Question
    """What people are asked, above every case."""
    reviewers: Annotated[
        tuple[Who, ...], Field(min_length=1, strict=False), Must("a list of at least one reviewer")
    ] = ("channel",)
    """Decide."""
    leads: Annotated[tuple[Who, ...], Field(strict=False), Must("a list of people")] = ()
    """May overrule and withdraw."""
    reviews_needed: ReviewCount = 1
    """So many different people must choose the same label; they do not see each other's votes."""
    double_review: DoubleReview = 0.0
    """Of the cases that people decide, the share for which two must, by a stored random draw."""
    adjudicators: Annotated[tuple[Who, ...], Field(strict=False), Must("a list of people")] = ()
    """Settle what reviewers disagree on, and may overrule; the leads where none is named.

    Where there are none either, a reviewer who has not voted does.
    """
    approvers: Annotated[
        dict[ApproverName, Who],
        ASIDE,
        Field(max_length=10),
        Must('a table of at most 10 people or groups, as in { legal = "@legal" }'),
    ] = Field(default_factory=dict)
    """Who must sign a change of anything that decides, by the name of their office."""
    allow_shared_channel: Annotated[Switch, ASIDE] = False
    """Whether cases may go where people of another organisation see them."""
    auto_at: Annotated[Threshold | None, ASIDE] = None
    """For labels that name no threshold of their own."""
    labels: Annotated[
        dict[LabelName, Annotated[LabelRule, Must("a table of verdict, auto_at and button")]],
        Field(min_length=2, max_length=1_000),
        Must("a list of names or a table, of 2 to 1,000 different labels"),
    ]
    """In the policy's order; each ``auto_at`` is set unless everything goes to people."""
    flag_label: LabelName | None = None
    """The label a flag lets stand; set in verdict use cases only."""
    flag_button: ButtonWords | None = None
    """The words after "Flag · "."""
    always_review: Switch = False
    """Everything goes to people."""
    escalate: Annotated[
        tuple[Annotated[Strategy, Must('a table like { to = "review" }')], ...],
        Field(strict=False, min_length=1, max_length=6),
        Must('a list of 1 to 6 steps, as in [{ to = "ask_user" }, { to = "review" }]'),
    ] = TO_PEOPLE
    """Who is asked about what does not stand, one after the other."""
    audit_rate: Annotated[Share, ASIDE] = 0.02
    """The share of all predictions in the unbiased sample; kept with each, whatever its route."""
    audit_revises: Switch = True
    """Whether a mistake that an audit finds in a prediction that stood is put right, or counted."""
    max_error: Annotated[InnerShare, ASIDE] = 0.02
    """The share of what stands that may be wrong: by it thresholds are offered and judged safe."""
    known_answer_rate: Annotated[KnownAnswerRate, ASIDE] = 0.0
    """For so many of the cases that people get they get one more, whose answer is known."""
    queue_after: Annotated[CaseCount, ASIDE] = 30
    """While more cases wait, one queue card stands for those without a card of their own.

    Once only half as many wait, each of them gets its card after all.
    """
    order: Annotated[Order, ASIDE] = "least_certain"
    """In which cases are served one by one; those with little time left go first either way."""
    recheck_after: Annotated[Length, ASIDE] = "24h"
    """How long a flagged outcome is left alone before reviewers are asked to look again."""
    undo_within: Annotated[LengthOrNone, ASIDE] = "2m"
    """For so long whoever decided a case can take that back; "0s" for never."""
    digest: Annotated[
        Digest | None,
        ASIDE,
        Must('a table like { day = "mon", at = "09:00", zone = "UTC" }, or false'),
    ] = Digest()
    costs: Annotated[Costs | None, ASIDE, Must("a table of costs")] = None
    deadline: Annotated[Deadline | None, Must("a table of remind, hand_over, due and then")] = None
    """None lets cases wait for people for ever."""
    webhooks: Annotated[
        tuple[Webhook, ...], ASIDE, Field(strict=False), Must("a list of addresses")
    ] = ()
    """Told every outcome, also those that stand at once."""
    retrain: Annotated[
        Retrain | None,
        ASIDE,
        Must('a table like { every = "week", command = ["python", "train.py"] }'),
    ] = None
    """None leaves it to the team when its model learns again."""
    recalibrate: Switch = False
    """Compare calibrated confidences, once a model version has enough labels to be calibrated."""
    retention: Annotated[Length | None, ASIDE] = None
    """From submission; then what people wrote is erased, unless the case still waits."""

    @field_validator("labels")
    @classmethod
    def _fill_thresholds(
        cls, labels: dict[str, LabelRule], info: ValidationInfo
    ) -> dict[str, LabelRule]:
        default = info.data.get("auto_at")
        return {
            label: rule.model_copy(update={"auto_at": default}) if rule.auto_at is None else rule
            for label, rule in labels.items()
        }

    @field_validator("digest", mode="before")
    @classmethod
    def _no_digest(cls, digest: object) -> object:
        return None if digest is False else digest

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = [
            f"{dotted(fault.key)}: {fault.message}" for fault in contradictions(self.model_dump())
        ]
        if found:
            raise PydanticCustomError("contradiction", "{all}", {"all": "; ".join(found)})
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy without the version, which pydantic would carry over from a cached property."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("version", None)
        return copied

    @property
    def is_verdict(self) -> bool:
        """Whether the buttons speak of the item rather than of the AI's proposal."""
        return all(rule.verdict for rule in self.labels.values())

    @property
    def has_webhooks(self) -> bool:
        """Whether the policy names a server to be told, of outcomes or that labels are ready."""
        return bool(self.webhooks) or (
            self.retrain is not None and self.retrain.webhook is not None
        )

    @property
    def who_adjudicates(self) -> tuple[str, ...]:
        """Who settles disputes, as the policy names them."""
        return self.adjudicators or self.leads or self.reviewers

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with anything that decides."""
        content = deciding(self)
        if "channel" not in self.reviewers:
            content.pop("channel", None)  # then it names nobody
        return digest_of(content)

    def label_for(self, verdict: Verdict, ai_label: str) -> str | None:
        """Name the label a verdict lets stand; None when the person must choose among several."""
        if self.is_verdict:
            return self.flag_label if verdict is Verdict.FLAG else self._tied_to(verdict)
        if verdict is not Verdict.REJECT:
            return ai_label
        others = [label for label in self.labels if label != ai_label]
        return others[0] if len(others) == 1 else None

    def verdict_for(self, label: str, ai_label: str) -> Verdict:
        """Name the verdict that choosing ``label`` amounts to; never a flag."""
        tie = self.labels[label].verdict
        if tie is not None:
            return tie
        return Verdict.APPROVE if label == ai_label else Verdict.REJECT

    def button_text(self, verdict: Verdict, ai_label: str) -> str:
        """Say on the button what it does, in at most 75 characters."""
        label = self.label_for(verdict, ai_label=ai_label)
        if label is None:
            return "Reject…"
        words, end = self._words(label), ""
        if verdict is Verdict.FLAG:
            words, end = (self.flag_button, "") if self.flag_button else (words, ", look again")
        start = f"{verdict.capitalize()} · "
        return start + _shortened(words, _BUTTON_LENGTH - len(start) - len(end)) + end

    def _tied_to(self, verdict: Verdict) -> str:
        return next(label for label, rule in self.labels.items() if rule.verdict is verdict)

    def _words(self, label: str) -> str:
        rule = self.labels.get(label)  # a case may be older than the policy, and its label gone
        return (rule and rule.button) or label


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
