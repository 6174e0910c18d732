"""Which cases of a use case wait for people, so that only these are read to count them."""

from sqlalchemy import ColumnElement, and_

from hitl.storage.tables import AWAITS_PEOPLE, cases


def waits_in(use_case: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Theirs, looked up in an index of those that wait.

    Not for a statement that puts them in order, which takes another index by its order.
    """
    # No margin is negative. SQLite keeps no statistics: without it, the index of all cases that
    # ever came seems to it as good as the one of those that wait.
    return and_(cases.c.use_case == use_case, AWAITS_PEOPLE, cases.c.margin >= 0)
