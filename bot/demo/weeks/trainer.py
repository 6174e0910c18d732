"""The command that retrains: reads the label file it is handed, writes the next model.

Run by the timetable's hook as ``python -m bot.demo.weeks.trainer <model file>``.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

from bot.demo.weeks.data import split_digits
from bot.demo.weeks.model import Model


def train(labels: Path, model: Path) -> int:
    """Learn from what was known at the beginning and every label; how many labels there were."""
    known = split_digits().known
    pixels, truths = [*known.pixels], [*known.truths]
    with labels.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        pixels.append(np.array(row["input"]["metadata"]["pixels"]))
        truths.append(row["label"])
    Model.trained(np.array(pixels), truths).write(model)
    return len(rows)


if __name__ == "__main__":
    learned = train(Path(os.environ["HITL_LABELS"]), Path(sys.argv[1]))
    print(f"Learned from {learned} labels.")  # noqa: T201 - kept with the run, told in Slack
