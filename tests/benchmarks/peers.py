"""The same round trip through LangGraph's interrupt and resume, which keeps no queue, no policy,
no people and no statistics: a graph that stops, is stored, and goes on when somebody answers.

A bare service around it does what it leaves to its users.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypedDict

from tests.benchmarks.bare_service import Keeper, bare_round_trip
from tests.benchmarks.measuring import Measured
from tests.postgres import Server


async def langgraph(
    folder: Path, server: Server | None, *, at_once: int, seconds: float
) -> Measured:
    """Start a thread that interrupts, click, resume, read."""
    on = "sqlite" if server is None else "postgresql"
    database = f"{folder}/langgraph-{time.time()}.db"
    if server is not None:
        database = server.url(server.create())
    what = "the same through LangGraph"
    return await bare_round_trip(
        in_graph, database, what=what, on=on, at_once=at_once, seconds=seconds
    )


class _State(TypedDict):
    key: str
    outcome: str


@asynccontextmanager
async def in_graph(database: str) -> AsyncIterator[Keeper]:
    """Keeps each case as a thread of one graph."""
    # Of the extra `peers`, which most who measure do not have.
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver  # noqa: PLC0415
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415
    from langgraph.graph import END, START, StateGraph  # noqa: PLC0415
    from langgraph.types import interrupt  # noqa: PLC0415

    def ask(state: _State) -> dict[str, str]:
        return {"outcome": interrupt({"key": state["key"]})}

    builder = StateGraph(_State)
    builder.add_node("ask", ask)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", END)
    saver = AsyncPostgresSaver if database.startswith("postgresql") else AsyncSqliteSaver
    async with saver.from_conn_string(database) as checkpointer:
        await checkpointer.setup()
        yield _Threads(builder.compile(checkpointer=checkpointer))


class _Threads:
    def __init__(self, graph: Any) -> None:
        self._graph = graph

    async def begin(self, key: str) -> None:
        await self._graph.ainvoke({"key": key}, _thread(key), durability="sync")

    async def answer(self, key: str, outcome: str) -> None:
        from langgraph.types import Command  # noqa: PLC0415 - of the extra `peers`

        answer: Any = Command(resume=outcome)
        await self._graph.ainvoke(answer, _thread(key), durability="sync")

    async def outcome(self, key: str) -> str | None:
        state = await self._graph.aget_state(_thread(key))
        outcome: str | None = state.values.get("outcome")
        return outcome


def _thread(key: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": key}}
