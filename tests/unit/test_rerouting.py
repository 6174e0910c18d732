"""Past predictions, routed again: what a changed policy would have done with them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hitl.policy import LabelRule, UseCase
from hitl.routing import Prediction
from hitl.statistics.rerouting import Moved, Past, error_cost, reroute, total

LABELS = ("a", "b", "c")
scores = st.floats(0, 1, allow_nan=False)
thresholds = st.floats(0.01, 1, allow_nan=False)
predictions = st.dictionaries(st.sampled_from(LABELS), scores, min_size=1).map(Prediction)


def use_case(*auto_at: float, **settings: Any) -> UseCase:
    rules = {label: LabelRule(auto_at=at) for label, at in zip(LABELS, auto_at, strict=False)}
    return UseCase(name="x", channel="#x", question="Which?", labels=rules, **settings)


def past(score: float, *, label: str = "a", truth: str | None = None) -> Past:
    return Past(Prediction({label: score}), truth)


@given(
    st.lists(predictions, max_size=20),
    st.lists(st.tuples(thresholds, thresholds).map(sorted), min_size=3, max_size=3),
)
def test_raising_a_threshold_never_lets_more_stand(
    made: list[Prediction], raised: list[list[float]]
) -> None:
    before, after = (use_case(*(pair[end] for pair in raised)) for end in (0, 1))
    found = reroute(map(Past, made), before=before, after=after)
    assert found.predictions == len(made)
    assert not found.newly_stand
    assert found.escalated_after == found.escalated_before + total(found.no_longer_stand).count


def test_what_moves_is_counted_with_what_is_known_of_it() -> None:
    seen = [past(0.95, truth="b"), past(0.95), past(0.85, truth="a"), past(0.85, truth="b")]
    seen += [past(0.85), past(0.5, truth="a"), past(0.85, label="b", truth="b")]
    found = reroute(seen, before=use_case(0.9, 0.9), after=use_case(0.8, 0.8))
    assert (found.predictions, found.escalated_before, found.escalated_after) == (7, 5, 1)
    assert found.newly_stand == {"a": Moved(3, 2, 1), "b": Moved(1, 1, 0)}
    assert total(found.newly_stand) == Moved(4, 3, 1)
    back = reroute(seen, before=use_case(0.8, 0.8), after=use_case(0.9, 0.9))
    assert back.no_longer_stand == found.newly_stand
    assert not back.newly_stand


def test_a_prediction_whose_label_has_gone_counts_nowhere_else() -> None:
    found = reroute(
        [past(0.95, label="c")], before=use_case(0.9, 0.9, 0.9), after=use_case(0.9, 0.9)
    )
    assert (found.misfits, found.predictions) == (1, 0)


def test_errors_are_priced_only_where_price_and_errors_are_known() -> None:
    moved = {"a": Moved(10, 5, 1), "b": Moved(4, 4, 0)}
    assert error_cost(moved, {"a": 50.0, "b": 1.0}) == 100.0
    assert error_cost(moved, {"a": 50.0}) is None
    assert error_cost({"a": Moved(10, 0, 0)}, {"a": 50.0}) is None
    assert error_cost({}, {}) == 0
