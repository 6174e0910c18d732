"""A list of cases holds what its reader sees in the state that is asked for, in order, in pages."""

from functools import partial
from itertools import product
from typing import Any

import pytest
from sqlalchemy import insert, update

from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.review import submit
from hitl.storage.database import Database, Transaction
from hitl.storage.predictions import KNOWN
from hitl.storage.queries import CaseFilter, list_cases
from hitl.storage.tables import cases, checks
from hitl.vocabulary import CaseState, CheckKind, CheckState
from tests.examples import moderation, post

CHECKED = list(product((False, True), CheckState, (False, True)))
"""Whether apart, how far, and whether it was answered."""
EVERY_ONE = list(
    product(CaseState, (None, *CHECKED), ("is with people", "is not"), ("threshold", KNOWN))
)


def every_one(tx: Transaction) -> None:
    """A case of each sort, whether the verbs would make it or not."""
    for number, (state, check, people, routed_by) in enumerate(EVERY_ONE):
        made, _ = submit(tx, post(f"item {number}"), use_case=moderation(), draw=0.5)
        since = tx.now if people == "is with people" else None
        changed: dict[str, Any] = {"state": state, "people_since": since, "routed_by": routed_by}
        changed |= {"is_blind": check is not None}
        tx.connection.execute(update(cases).where(cases.c.id == made.id).values(**changed))
        if check is not None:
            is_apart, how_far, is_answered = check
            answered_at = tx.now if is_answered else None
            values = {
                "case_id": made.id,
                "use_case": made.use_case,
                "kind": CheckKind.AUDIT,
                "state": how_far,
                "is_apart": is_apart,
                "opened_at": tx.now,
                "label": "clean" if is_answered else None,
                "verdict": "approve" if is_answered else None,
                "reviewer": "U0ANA" if is_answered else None,
                "answered_at": answered_at,
            }
            tx.connection.execute(insert(checks).values(**values))


async def in_pages(database: Database, *, limit: int, **wanted: Any) -> list[Case]:
    found: list[Case] = []
    while True:
        after = found[-1].id if found else 0
        page = partial(list_cases, wanted=CaseFilter(after=after, **wanted), limit=limit)
        some = await database.read(page)
        found += some
        if len(some) < limit:
            return found


@pytest.mark.parametrize("use_cases", [None, frozenset({moderation().name})])
async def test_a_list_by_state_is_what_its_reader_sees_in_that_state(
    database: Database, use_cases: frozenset[str] | None
) -> None:
    await database.write(every_one)
    for as_reviewer in (False, True):
        of_all = partial(in_pages, database, use_cases=use_cases, as_reviewer=as_reviewer)
        every = await of_all(limit=1_000)
        seen = [as_seen(case) if as_reviewer else case for case in every]
        assert len({case.state for case in seen}) == len(CaseState)
        for state in CaseState:
            wanted = [case.id for case in seen if case.state is state]
            assert [case.id for case in await of_all(state=state, limit=7)] == wanted
