"""What callers may send, field by field; an unknown field is refused by name."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from bot.intake.fields import (
    MOST_EVIDENCE,
    MOST_FIELDS,
    MOST_LABELS,
    MOST_PICTURE,
    Address,
    Embedding,
    Key,
    Label,
    MediaType,
    Metadata,
    Moment,
    Name,
    Reason,
    Score,
    Short,
    SlackUser,
    Text,
    Title,
    decode_picture,
)
from hitl.precedents import packed_embedding
from hitl.review import Count, NewEvidence, NewPicture, Routed, Submission
from hitl.routing import Prediction
from hitl.vocabulary import RouteTo

_CONTEXT_PARTS = ("text", "fields", "image_url", "image_base64", "url")


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        # When the schema is asked for, not at start-up: reading the source takes a while, which
        # is why use_attribute_docstrings isn't set.
        document = handler.resolve_ref_schema(handler(schema))
        for name, text in _said_beneath_fields(cls):
            document["properties"][name]["description"] = text
        return document


def _said_beneath_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - the source of a class
    for field, text in pairwise(definition.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(said))):
                yield name, inspect.cleandoc(said)


class ContextIn(_Request):
    """One piece of evidence: a title and exactly one of the other parts."""

    title: Title
    text: Text | None = None
    fields: Annotated[dict[Title, Short], Field(min_length=1, max_length=MOST_FIELDS)] | None = None
    """Names and values, shown as a small table."""
    image_url: Address | None = None
    """A picture that Slack can fetch by itself."""
    image_base64: Annotated[str, Field(max_length=MOST_PICTURE * 4 // 3 + 4)] | None = None
    """A picture to upload, at most 5 MiB; goes with `media_type`."""
    media_type: MediaType | None = None
    url: Address | None = None
    """A link to open."""
    _picture: NewPicture | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _exactly_one_part(self) -> Self:
        given = [name for name in _CONTEXT_PARTS if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "parts",
                "needs exactly one of {parts}; found {given}",
                {"parts": ", ".join(_CONTEXT_PARTS), "given": ", ".join(given) or "none"},
            )
        if (self.image_base64 is None) != (self.media_type is None):
            raise PydanticCustomError("media_type", "image_base64 and media_type go together")
        if self.image_base64 is not None and self.media_type is not None:
            content = decode_picture(self.image_base64, media_type=self.media_type)
            self._picture = NewPicture(media_type=self.media_type, content=content)
        return self

    def evidence(self) -> NewEvidence:
        """The same as the domain's data."""
        return NewEvidence(
            title=self.title,
            text=self.text,
            fields=tuple((self.fields or {}).items()),
            image_url=self.image_url,
            picture=self._picture,
            url=self.url,
        )


class AskIn(_Request):
    """Whom the case is about."""

    slack_user: SlackUser


class RoutedIn(_Request):
    """A route that your own process took with `hitl.routing`, kept instead of being drawn again."""

    to: Literal["auto", "review", "second_model", "ask_user", "passive"]
    draw: Annotated[float, Field(ge=0, lt=1)]
    """The random number it was routed with."""
    audit_rate: Score
    """The policy's, as your process had it."""
    policy_version: Name
    """`UseCase.version` of the policy it was routed by."""

    def as_routed(self) -> Routed:
        """The same as the domain's data."""
        return Routed(RouteTo(self.to), self.draw, self.audit_rate, self.policy_version)


class CaseIn(_Request):
    """One prediction with its item: ``scores``, or ``label`` with or without ``confidence``."""

    use_case: Name
    """As the policy names it."""
    key: Key
    """Names the item within the use case; the same request again answers the same case."""
    model: Name | None = None
    """The model and its version, such as `toxicity@3`."""
    scores: Annotated[dict[Label, Score], Field(min_length=1, max_length=MOST_LABELS)] | None = None
    """By label, each from 0 to 1; they need not sum to 1."""
    label: Label | None = None
    """Instead of `scores`: the AI's label alone, which always goes to people..."""
    confidence: Score | None = None
    """...unless its score comes with it."""
    route: Literal["review"] | None = None
    """`review` asks for a person whatever the score."""
    routed: RoutedIn | None = None
    """How your own process has routed it; needs a key with the scope `route`."""
    title: Title | None = None
    """Names the item on its card."""
    text: Text | None = None
    """The item itself."""
    reason: Reason | None = None
    """The AI's own reasoning, shown to people."""
    context: Annotated[list[ContextIn], Field(max_length=MOST_EVIDENCE)] = []
    """The evidence people see beside the item."""
    ask: AskIn | None = None
    """Whom the case is about, for policies that ask the user or want their feedback in Slack."""
    callback_url: Address | None = None
    """Told what people decide, by a signed webhook."""
    embedding: Embedding | None = None
    """A vector of the item: similar past cases are those whose vectors point where it does."""
    metadata: Metadata = None
    """Any JSON, echoed back in every answer."""

    @model_validator(mode="after")
    def _one_prediction(self) -> Self:
        if (self.scores is None) == (self.label is None):
            raise PydanticCustomError("prediction", "needs either scores or label")
        if self.confidence is not None and self.label is None:
            raise PydanticCustomError("prediction", "confidence goes with label, not with scores")
        if self.route is not None and self.routed is not None:
            raise PydanticCustomError("route", "needs at most one of route and routed")
        return self

    def submission(
        self, *, fingerprint: str, submitted_by: str, answer_seed: bytes | None = None
    ) -> Submission:
        """The same as the domain's data."""
        return Submission(
            key=self.key,
            fingerprint=fingerprint,
            prediction=self._prediction(),
            ask_people=self.route == "review",
            title=self.title,
            text=self.text,
            reason=self.reason,
            evidence=tuple(item.evidence() for item in self.context),
            ask=None if self.ask is None else self.ask.model_dump(),
            embedding=None if self.embedding is None else packed_embedding(self.embedding),
            callback_url=self.callback_url,
            metadata=self.metadata,
            submitted_by=submitted_by,
            routed=None if self.routed is None else self.routed.as_routed(),
            answer_seed=answer_seed,
        )

    def _prediction(self) -> Prediction:
        if self.scores is not None:
            return Prediction(scores=self.scores, model=self.model)
        label = self.label or ""
        if self.confidence is None:
            return Prediction.unscored(label, model=self.model)
        return Prediction(scores={label: self.confidence}, model=self.model)


class BatchIn(_Request):
    """Up to 1,000 cases, each judged by itself."""

    cases: Annotated[list[Any], Field(min_length=1, max_length=1_000)]


class ReviewIn(_Request):
    """A vote from another interface than Slack."""

    reviewer: Name
    verdict: Literal["approve", "reject", "flag"] | None = None
    """May be left out where `label` says it all..."""
    label: Label | None = None
    """...as it does of a case that is answered blind, unless its labels have verdicts."""
    note: Annotated[Text, Field(max_length=3_000)] | None = None

    @model_validator(mode="after")
    def _something_is_chosen(self) -> Self:
        if self.verdict is None and self.label is None:
            raise PydanticCustomError("review", "needs a verdict or a label")
        return self


class KnownAnswerIn(_Request):
    """An item whose right label is known, to be shown to reviewers among their cases."""

    use_case: Name
    """As the policy names it."""
    key: Key
    """Names the item within the use case, beside its cases."""
    label: Label
    """The right one."""
    title: Title | None = None
    """As of a case; it must not give away that the answer is known."""
    text: Text | None = None
    """The item itself."""
    context: Annotated[list[ContextIn], Field(max_length=MOST_EVIDENCE)] = []
    """The evidence people see beside the item."""

    @model_validator(mode="after")
    def _something_to_see(self) -> Self:
        if self.title is None and self.text is None and not self.context:
            raise PydanticCustomError("item", "needs a title, a text or context to decide by")
        return self

    def submission(self, *, fingerprint: str, submitted_by: str) -> Submission:
        """The same as the domain's data."""
        return Submission(
            key=self.key,
            fingerprint=fingerprint,
            prediction=Prediction.unscored(self.label),
            title=self.title,
            text=self.text,
            evidence=tuple(item.evidence() for item in self.context),
            submitted_by=submitted_by,
        )


class ReplyIn(_Request):
    """The answer to a question that a reviewer had for the submitter of a case."""

    question_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    """As the webhook `case.question` named it."""
    text: Annotated[Text, Field(min_length=1, max_length=3_000)]


class AnswerIn(_Request):
    """What the user answers: ``label``, or ``declines``."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    """`ask.token` of the case."""
    label: Label | None = None
    declines: Literal[True] | None = None
    """They would rather not decide: the next in the policy's chain is asked."""
    by: Name | None = None
    """Who they are to you; kept with the answer."""

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if (self.label is None) == (self.declines is None):
            raise PydanticCustomError("answer", "needs either label or declines")
        return self


class FeedbackIn(_Request):
    """Whether the AI's answer was right."""

    right: bool
    label: Label | None = None
    """What would have been right, if they know; not needed where two labels leave one."""
    by: Name | None = None
    """Who they are to you; kept with the feedback."""


class TruthIn(_Request):
    """What turned out to be right."""

    label: Label
    source: Name = "api"


class WithdrawIn(_Request):
    """Why the case is no longer needed."""

    reason: Short | None = None


class ModelIn(_Request):
    """A model version that was deployed."""

    use_case: Name
    version: Name
    """As its predictions call it in `model`."""
    trained_through: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None
    """The cursor of the last label that it learned from."""
    notes: Short | None = None


class CountIn(_Request):
    """Predictions of one label within one band of confidence that stood by themselves."""

    label: Label
    """What they stood as."""
    band: Annotated[list[Score], Field(min_length=2, max_length=2)]
    """The lowest and the highest confidence counted here."""
    count: Annotated[int, Field(ge=1, le=10**12)]
    model: Name | None = None

    @model_validator(mode="after")
    def _band_is_ordered(self) -> Self:
        if self.band[0] > self.band[1]:
            raise PydanticCustomError("band", "band must be [low, high] with low at most high")
        return self


class TalliesIn(_Request):
    """Counts over ``since`` to ``until``; ``key`` makes sending them twice harmless."""

    use_case: Name
    key: Key
    """Names these counts; sending them again under it changes nothing."""
    since: Moment
    until: Moment
    counts: Annotated[list[CountIn], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def _time_moves_forward(self) -> Self:
        if self.since >= self.until:
            raise PydanticCustomError("until", "until must be later than since")
        return self

    def as_counts(self) -> list[Count]:
        """The same as the domain's data."""
        return [
            Count(label=c.label, low=c.band[0], high=c.band[1], count=c.count, model=c.model)
            for c in self.counts
        ]
