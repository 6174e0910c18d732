"""How PostgreSQL went about each statement, and how much that read: told by the server itself."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection

_EXPLAINING = """
LOAD 'auto_explain';
SET LOCAL auto_explain.log_min_duration = 0;
SET LOCAL auto_explain.log_level = 'notice';
SET LOCAL auto_explain.log_format = 'json';
SET LOCAL auto_explain.log_analyze = on;
SET LOCAL auto_explain.log_buffers = on;
SET LOCAL auto_explain.log_timing = off;
"""


@dataclass(frozen=True, slots=True)
class Read:
    """What one node of a plan took from a table or an index."""

    source: str
    node: str
    rows: int
    """Looked at, whether they were wanted or not."""
    looks: int
    """How often, for one row of another each."""
    pages: int
    statement: str


def reads_of(connection: Connection, run: Callable[[], object]) -> list[Read]:
    """Of every statement of ``run``."""
    raw: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    plans: list[dict[str, Any]] = []

    def hear(notice: psycopg.errors.Diagnostic) -> None:
        _, is_plan, plan = (notice.message_primary or "").partition("plan:\n")
        if is_plan:
            plans.append(json.loads(plan))

    raw.execute(_EXPLAINING, prepare=False)
    raw.add_notice_handler(hear)
    run()
    # Of a statement is told when the next one is begun.
    raw.execute("SELECT", prepare=False)
    raw.remove_notice_handler(hear)
    assert len(plans) > 1
    return [read for plan in plans for read in _reads(plan["Plan"], plan["Query Text"])]


def _reads(node: dict[str, Any], statement: str) -> Iterator[Read]:
    below = node.get("Plans", ())
    for each in below:
        yield from _reads(each, statement)
    source = node.get("Relation Name") or node.get("Index Name")
    if source and node["Node Type"].endswith("Scan"):
        passed = (node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
        looks = node["Actual Loops"]
        rows = round((node["Actual Rows"] + sum(passed)) * looks)
        pages = _pages(node) - sum(map(_pages, below))
        yield Read(source, node["Node Type"], rows, looks, pages, statement)


def _pages(node: dict[str, Any]) -> int:
    """Of the node and all below it."""
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])
