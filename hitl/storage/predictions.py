"""Which cases are predictions, how sure each was, and which checks say how often they are right.

Written once, as conditions for queries: whoever counts predictions counts the same ones.
"""

from sqlalchemy import ColumnElement, and_, func, select

from hitl.storage.statements import lacks
from hitl.storage.tables import cases, checks
from hitl.strategies import STANDING
from hitl.vocabulary import CheckKind, CheckState

KNOWN = "known"
"""``routed_by`` of an item kept for its known answer, and of the copies that are served of it."""
NO_PREDICTION = ("person", KNOWN)
"""``routed_by`` of what no model was asked about in earnest."""
IS_PREDICTION = cases.c.routed_by.not_in(NO_PREDICTION)
IS_REAL = cases.c.routed_by != KNOWN
ITS_CHECK = select(checks.c.id).where(checks.c.case_id == cases.c.id)
IS_SHOWN = IS_REAL | ~lacks(ITS_CHECK)
"""To people: a case that is kept to be served as another, and has no check, never is."""
STOOD = cases.c.route_to.in_(STANDING)
"""The AI's answer stood at once."""
SURE = func.coalesce(cases.c.calibrated, cases.c.confidence)
"""What the policy compared with its thresholds."""
IN_THE_SAMPLE = and_(checks.c.kind == CheckKind.AUDIT, checks.c.state == CheckState.SETTLED)
"""The checks that say how often the AI is right."""


def is_model(column: ColumnElement[str | None], model: str | None) -> ColumnElement[bool]:
    """Whether it is that version; None is a version, too."""
    return column.is_(None) if model is None else column == model
