"""Which case first, when people can do a tenth: what a model learns in ten weeks, by the order.

    uv run python -m tests.benchmarks.curves banking77/train.csv banking77/test.csv

The files are CSV with the columns ``text`` and ``category``, as those of Banking77 (I. Casanueva
et al., 2020; PolyAI-LDN/task-specific-datasets). Each week's texts come in, the policy's own rule
says which are escalated, simulated people (3 % slips) decide as many as they can in the order that
is tried, and the model learns anew from what they decided. What they do not get to expires.
"""

import argparse
import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, stdev

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from hitl.policy import LabelRule, UseCase
from hitl.routing import Prediction, margin, route
from hitl.statistics.answers import NotYet
from hitl.statistics.equal_quality import equal_quality
from hitl.vocabulary import RouteTo

_WEEKS, _A_WEEK, _CAPACITY = 10, 900, 90
_SEED_EACH = 3
"""Labels of each category that are known at the beginning."""
_SLIPS = 0.03
_THRESHOLD, _MAX_ERROR = 0.90, 0.10

Order = Callable[[random.Random, float, int], float]
"""What cases are sorted by: chance, margin, and place in which they came."""
ORDERS: dict[str, Order] = {
    "least certain first": lambda _chance, sure, _place: sure,
    "as they came": lambda _chance, _sure, place: place,
    "at random": lambda chance, _sure, _place: chance.random(),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts and what each is."""

    texts: list[str]
    truths: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def some(self, places: Sequence[int]) -> "Texts":
        return Texts([self.texts[at] for at in places], [self.truths[at] for at in places])


@dataclass(slots=True)
class Weeks:
    """How it went: at the beginning and after every second week."""

    labels: list[int] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    """Of all held-out texts."""
    escalated: list[float] = field(default_factory=list)
    """Of the held-out texts, the least for the quality that is asked for."""
    decided: int = 0
    overturned: int = 0
    """Of the decided: people said otherwise than the model."""


def main() -> None:
    """Play every order as often as asked for, and show what came of it."""
    parser = argparse.ArgumentParser(prog="curves", description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--repeats", type=int, default=5, help="with other texts and slips (5)")
    options = parser.parse_args()
    train, test = read(options.train), read(options.test)
    runs = [(name, seed) for seed in range(options.repeats) for name in ORDERS]
    console = Console()
    found: dict[str, list[Weeks]] = {name: [] for name in ORDERS}
    for name, seed in track(runs, description="Ten weeks each", console=console):
        story = play(train, test, order=ORDERS[name], seed=seed)
        console.print(f"{name}: {story.escalated[-1]:.1%} to be escalated after ten weeks")
        found[name].append(story)
    console.print(_curve(found))
    console.print(_what_people_met(found))


def read(file: Path) -> Texts:
    """In the order of the file."""
    with file.open(encoding="utf-8", newline="") as rows:
        both = [(row["text"], row["category"]) for row in csv.DictReader(rows)]
    return Texts([text for text, _ in both], [truth for _, truth in both])


def play(train: Texts, test: Texts, *, order: Order, seed: int) -> Weeks:
    """Ten weeks in one order; the same seed brings the same texts in the same weeks."""
    chance, story = random.Random(seed), Weeks()
    labels = sorted(set(train.truths))
    use_case = UseCase(
        name="intents",
        channel="#intents",
        question="What does the customer want?",
        auto_at=_THRESHOLD,
        labels={label: LabelRule() for label in labels},
    )
    seen, coming = _split(train, chance)
    known = train.some(seen)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(train.texts)
    held_out = words.transform(test.texts)
    model = _learned(words, known)
    _judge(story, model, held_out, test.truths, labels=0)
    for week in range(_WEEKS):
        arrived = train.some(coming[week * _A_WEEK : (week + 1) * _A_WEEK])
        scores = model.predict_proba(words.transform(arrived.texts))
        escalated = []
        for place, row in enumerate(scores):
            named = dict(zip(model.classes_.tolist(), map(float, row), strict=True))
            prediction = Prediction(named)
            taken = route(prediction, use_case=use_case, draw=0.5)
            if taken.to is RouteTo.REVIEW:
                rank = order(chance, margin(prediction), place)
                escalated.append((rank, place, taken.label))
        for _, place, proposed in sorted(escalated)[:_CAPACITY]:
            truth = arrived.truths[place]
            said = chance.choice(labels) if chance.random() < _SLIPS else truth
            known.texts.append(arrived.texts[place])
            known.truths.append(said)
            story.decided += 1
            story.overturned += said != proposed
        model = _learned(words, known)
        if week % 2:
            _judge(story, model, held_out, test.truths, labels=story.decided)
    return story


def _split(train: Texts, chance: random.Random) -> tuple[list[int], list[int]]:
    """Places of what is known at the beginning, and of all else as it comes."""
    places = list(range(len(train)))
    chance.shuffle(places)
    left: dict[str, int] = dict.fromkeys(train.truths, _SEED_EACH)
    seen: list[int] = []
    coming: list[int] = []
    for place in places:
        left[train.truths[place]] -= 1
        (seen if left[train.truths[place]] >= 0 else coming).append(place)
    return seen, coming


def _learned(words: TfidfVectorizer, known: Texts) -> LogisticRegression:
    return LogisticRegression(C=20, tol=1e-3, max_iter=300).fit(
        words.transform(known.texts), known.truths
    )


def _judge(
    story: Weeks, model: LogisticRegression, held_out: object, truths: list[str], *, labels: int
) -> None:
    scores = model.predict_proba(held_out)
    right = model.classes_[scores.argmax(axis=1)] == np.array(truths)
    quality = equal_quality(scores.max(axis=1).tolist(), right.tolist(), max_error=_MAX_ERROR)
    assert not isinstance(quality, NotYet)
    story.labels.append(labels)
    story.right.append(float(right.mean()))
    story.escalated.append(quality.escalation.estimate)


def _curve(found: dict[str, list[Weeks]]) -> Table:
    title = f"To be escalated for at most {_MAX_ERROR:.0%} wrong, and right of all (held out)"
    table = Table("week", "labels", *found, title=title, title_justify="left")
    for week in range(_WEEKS // 2 + 1):
        cells = [
            f"{mean(run.escalated[week] for run in runs):.1%}"
            f" · {mean(run.right[week] for run in runs):.1%}"
            for runs in found.values()
        ]
        labels = next(iter(found.values()))[0].labels[week]
        table.add_row(str(2 * week), str(labels), *cells)
    return table


def _what_people_met(found: dict[str, list[Weeks]]) -> Table:
    title = "After ten weeks"
    names = ("order", "escalated", "its spread", "people overturned")
    table = Table(*names, title=title, title_justify="left")
    for name, runs in found.items():
        last = [run.escalated[-1] for run in runs]
        table.add_row(
            name,
            f"{mean(last):.1%}",
            f"± {stdev(last):.1%}" if len(last) > 1 else "",
            f"{mean(run.overturned / run.decided for run in runs):.1%}",
        )
    return table


if __name__ == "__main__":
    main()
