"""A label file says the same to whoever reads it, and nothing that a spreadsheet would run."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from hitl.learning.documents import json_line
from hitl.learning.formats import Format
from hitl.learning.tabular import COLUMNS, safe_cell
from hitl.learning.writers import label_writer

HOSTILE = '=HYPERLINK("http://x","y")\u2028 Grüße, 你好\r\n\t\x00\'; DROP'


def document(number: int, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "cursor": str(number), "change": "added", "case": number, "use_case": "spam",
        "key": f"mail-{number}", "label": "spam", "verdict": "reject", "flagged": False,
        "source": "reviewers", "reviewers": ["reviewer-1", "reviewer-2"], "votes": 2,
        "adjudicated": False, "known": False, "decided_at": "2026-11-23T09:00:00.000001Z",
        "prediction": {"label": "ham", "confidence": 0.7, "scores": {"ham": 0.7}, "model": "m@1"},
        "policy_version": "abc", "escalated": True, "draw": 0.1, "audit_rate": 0.02,
        "weight": 1.0, "submitted_at": "2026-11-23T09:00:00Z",
        "input": {"title": None, "text": HOSTILE, "reason": None,
                  "evidence": [{"title": "T", "text": "t"}], "metadata": {"a": [1, None]}},
    }  # fmt: skip
    return row | changes


ROWS = [
    document(1),
    document(2, label=None, change="retracted", decided_at=None, prediction=None, input=None),
]


def written(kind: Format) -> bytes:
    file = io.BytesIO()
    with label_writer(kind, file) as write:
        for row in ROWS:
            write([row])
    return file.getvalue()


def saved(kind: Format, folder: Path) -> Path:
    path = folder / f"labels.{kind}"
    path.write_bytes(written(kind))
    return path


def test_json_lines_hold_every_text_as_it_was_sent() -> None:
    lines = written(Format.JSONL).decode().splitlines()
    assert [json.loads(line) for line in lines] == ROWS


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_label_is_one_line_whatever_was_written(text: str) -> None:
    line = json_line({"text": text})
    assert len(line.splitlines()) == 1
    assert json.loads(line) == {"text": text}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell("1+1") == "1+1"
    assert safe_cell(-1.5) == -1.5


def test_csv_is_read_back_as_it_was_but_for_the_apostrophes(tmp_path: Path) -> None:
    frame = pd.read_csv(saved(Format.CSV, tmp_path))
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame.case) == [1, 2]
    assert frame.draw[0] == 0.1
    with saved(Format.CSV, tmp_path).open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert first["text"] == f"'{HOSTILE}"
    assert json.loads(first["scores"]) == {"ham": 0.7}
    assert (second["label"], second["text"]) == ("", "")


def test_parquet_is_read_back_as_it_was(tmp_path: Path) -> None:
    first, second = parquet.read_table(saved(Format.PARQUET, tmp_path)).to_pylist()
    assert (first["text"], first["confidence"], first["flagged"]) == (HOSTILE, 0.7, False)
    assert first["decided_at"].isoformat() == "2026-11-23T09:00:00.000001+00:00"
    assert json.loads(first["metadata"]) == {"a": [1, None]}
    assert (second["label"], second["decided_at"], second["predicted"]) == (None, None, None)
    frame = pd.read_parquet(saved(Format.PARQUET, tmp_path))
    assert (frame.text[0], list(frame.text.isna())) == (HOSTILE, [False, True])


@pytest.mark.slow
def test_the_library_datasets_reads_all_three(tmp_path: Path) -> None:
    import datasets  # noqa: PLC0415 - it takes seconds to import

    for kind, builder in ((Format.JSONL, "json"), (Format.CSV, "csv"), (Format.PARQUET, "parquet")):
        read = datasets.load_dataset(
            builder,
            data_files=str(saved(kind, tmp_path)),
            split="train",
            cache_dir=str(tmp_path / kind),
        )
        assert (read.num_rows, read["case"][:]) == (2, [1, 2])
