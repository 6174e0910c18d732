"""Real predictions: models trained on a small labelled part of two data sets, asked the rest."""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

_SEED = 7
_DIGITS_LABELLED = 300
_TUMOURS_LABELLED = 150
_ENLARGED = 16
"""Pixels a pixel: the digits are 8 by 8."""
_MEASUREMENTS_SHOWN = 4

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Item:
    """What a caller would submit, and what only the data set knows."""

    case: dict[str, Any]
    truth: str


@dataclass(frozen=True, slots=True)
class _Split:
    """A labelled part to learn from and the rest to be asked about."""

    known: Floats
    known_labels: Ints
    asked: Floats
    truths: Ints


def digits() -> Iterator[Item]:
    """Handwritten digits, each with its picture and the labelled pictures most like it."""
    images = load_digits()
    split = _split(images.data / 16, images.target, labelled=_DIGITS_LABELLED)
    model = LogisticRegression(C=10, max_iter=3000).fit(split.known, split.known_labels)
    neighbours = NearestNeighbors(n_neighbors=5).fit(split.known)
    alike = neighbours.kneighbors(split.asked, return_distance=False)
    for number, scores in enumerate(model.predict_proba(split.asked)):
        labels = [str(label) for label in split.known_labels[alike[number]]]
        case = {
            "use_case": "digits",
            "key": f"digit-{number + 1:04}",
            "model": "digits-lr@1",
            "scores": _scores(model.classes_, scores),
            "title": f"Digit {number + 1}",
            "reason": f"The five pictures most like it are {', '.join(labels)}.",
            "context": [
                {
                    "title": "The picture",
                    "image_base64": _picture(split.asked[number]),
                    "media_type": "image/png",
                }
            ],
        }
        yield Item(case=case, truth=str(split.truths[number]))


def tumours() -> Iterator[Item]:
    """Breast tumours, each with the measurements that moved the model most."""
    samples = load_breast_cancer()
    split = _split(samples.data, samples.target, labelled=_TUMOURS_LABELLED)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=3000))
    model.fit(split.known, split.known_labels)
    pull = model[0].transform(split.asked) * model[1].coef_[0]
    typical = [np.median(split.known[split.known_labels == label], axis=0) for label in (0, 1)]
    for number, scores in enumerate(model.predict_proba(split.asked)):
        most = np.argsort(-np.abs(pull[number]))[:_MEASUREMENTS_SHOWN]
        case = {
            "use_case": "tumours",
            "key": f"sample-{number + 1:04}",
            "model": "tumours-lr@1",
            "scores": _scores(samples.target_names, scores),
            "title": f"Sample {number + 1}",
            "reason": _reason(samples.feature_names[most], pull[number][most]),
            "context": [
                {
                    "title": "What mattered most (typical: benign / malignant)",
                    "fields": {
                        str(samples.feature_names[index]): (
                            f"{split.asked[number][index]:.3g}"
                            f" ({typical[1][index]:.3g} / {typical[0][index]:.3g})"
                        )
                        for index in most
                    },
                }
            ],
        }
        yield Item(case=case, truth=str(samples.target_names[split.truths[number]]))


def _split(data: Floats, labels: Ints, *, labelled: int) -> _Split:
    known, asked, known_labels, truths = train_test_split(
        data, labels, train_size=labelled, random_state=_SEED, stratify=labels
    )
    return _Split(known=known, known_labels=known_labels, asked=asked, truths=truths)


def _scores(labels: Sequence[Any], scores: Floats) -> dict[str, float]:
    return {str(label): round(float(score), 6) for label, score in zip(labels, scores, strict=True)}


def _picture(pixels: Floats) -> str:
    shades = (255 - pixels.reshape(8, 8) * 255).astype(np.uint8)
    picture = Image.fromarray(shades).resize((8 * _ENLARGED,) * 2, Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _reason(names: Sequence[str], pull: Floats) -> str:
    sides = {
        "malignant": [name for name, force in zip(names, pull, strict=True) if force < 0],
        "benign": [name for name, force in zip(names, pull, strict=True) if force >= 0],
    }
    parts = [f"{', '.join(named)} → {side}" for side, named in sides.items() if named]
    return "What moved it most: " + "; ".join(parts) + "."
