"""Stored JSON and the audit chain's hashes are what ``json.dumps`` has always written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.json_text import JsonWriter
from hitl.vocabulary import RouteTo

TEXTS = st.text(st.characters(exclude_categories=()))
"""Halves of characters among them."""
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from(RouteTo)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(TEXTS, inner),
)


@given(JSON)
def test_it_writes_as_json_does(value: object) -> None:
    assert JsonWriter()(value) == json.dumps(value, separators=(",", ":"))
    canonical = json.dumps(value, separators=(",", ":"), sort_keys=True)
    assert JsonWriter(sort_keys=True)(value) == canonical


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"score": float("-inf")}])
def test_what_is_no_number_is_refused_where_that_was_asked(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        JsonWriter(allow_nan=False)(value)


def test_what_json_can_not_write_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        JsonWriter()({"labels": {"7"}})
