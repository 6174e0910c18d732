"""Two to four people decide the same case at once: in Slack, by the API, at several replicas."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from http import HTTPStatus
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import httpx

from bot.sandbox.seen import SeenMessage
from tests.faults.campaigns.tally import Progress, Tally, silent
from tests.faults.ledger import Findings, Ledger
from tests.faults.stage import REVIEWERS, Click, Stage, running_stage
from tests.intake.requests import moderation_case
from tests.postgres import Server

_CASES_AT_ONCE = 15
_CLICKS_A_STAGE = 2_000
_CARD_SECONDS = 30
_VERDICTS = ("approve", "reject", "flag")


async def contend(
    folder: Path,
    *,
    tries: int,
    server: Server | None = None,
    seed: int = 0,
    progress: Progress = silent,
    **launch: Any,
) -> Tally:
    """Decide cases by several at once until there were so many clicks and votes."""
    tally = Tally(f"contended clicks, {'PostgreSQL' if server else 'SQLite'}")
    chance = Random(seed)
    while tally.tries < tries and not tally.findings:
        place = folder / f"clicks-{tally.tries}"
        until = min(tries, tally.tries + _CLICKS_A_STAGE)
        options = launch | {"server": server, "replicas": 1 if server is None else 2}
        async with running_stage(place, **options) as stage, AsyncExitStack() as stack:
            apis = [await stack.enter_async_context(s.api(seconds=30)) for s in stage.services]
            contest = _Contest(stage, apis, chance)
            while tally.tries < until:
                done = await contest.round()
                tally.tries += done
                progress(done)
            await stage.settled()
            tally.findings.add(contest.findings)
            tally.add(contest.ledger, contest.ledger.check_settled(stage))
    return tally


class _Contest:
    """Rounds of cases that everybody decides at once."""

    def __init__(self, stage: Stage, apis: list[httpx.AsyncClient], chance: Random) -> None:
        self.ledger = Ledger()
        self.findings = Findings()
        self._stage = stage
        self._chance = chance
        self._turn = cycle(apis)
        self._number = 0

    async def round(self) -> int:
        """How many clicks and votes there were."""
        submitted = [self._submit() for _ in range(_CASES_AT_ONCE)]
        wanted = set(await asyncio.gather(*submitted))
        async with asyncio.timeout(_CARD_SECONDS):
            while not wanted <= (cards := self._stage.open_cards()).keys():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        # Each case has people of its own, so that what they are told is about this one.
        people = iter(self._chance.sample(REVIEWERS, len(REVIEWERS)))
        groups = [list(islice(people, self._chance.randint(2, 4))) for _ in wanted]
        pairs = zip(wanted, groups, strict=True)
        counts = [self._contend(id_, cards[id_], group) for id_, group in pairs]
        return sum(await asyncio.gather(*counts))

    async def _submit(self) -> int:
        self._number += 1
        request = moderation_case(f"post-{self._number}")
        document = (await next(self._turn).post("/v1/cases", json=request)).json()
        self.ledger.submitted[request["key"]] = (request, document)
        return int(document["id"])

    async def _contend(self, case_id: int, card: SeenMessage, people: Sequence[str]) -> int:
        barrier = asyncio.Barrier(len(people))
        acts: list[Awaitable[bool]] = []
        for number, person in enumerate(people):
            vote = {"reviewer": person, "verdict": self._chance.choice(_VERDICTS)}
            act = (
                partial(self._click, card) if number % 2 else partial(self._vote, next(self._turn))
            )
            acts.append(_together(barrier, partial(act, case_id, vote)))
        winners = sum(await asyncio.gather(*acts))
        if winners > 1:
            self.findings.doubled.append(f"case {case_id}: {winners} were told they decided it")
        elif winners == 0 and await self._outcome(case_id) is not None:
            self.findings.lost.append(f"case {case_id}: whoever decided it was told otherwise")
        return len(people)

    async def _outcome(self, case_id: int) -> Any:
        return (await next(self._turn).get(f"/v1/cases/{case_id}")).json()["outcome"]

    async def _click(self, card: SeenMessage, case_id: int, vote: dict[str, str]) -> bool:
        click = await self._stage.click(vote["reviewer"], card, vote["verdict"])
        if click is Click.TAKEN:
            self.ledger.won[case_id] = (vote["reviewer"], vote["verdict"])
        elif click is Click.UNANSWERED:
            self.findings.unrecovered.append(f"case {case_id}: a click got no answer")
        return click is Click.TAKEN

    async def _vote(self, api: httpx.AsyncClient, case_id: int, vote: dict[str, str]) -> bool:
        answer = await api.post(f"/v1/cases/{case_id}/reviews", json=vote)
        if answer.status_code not in {201, 409}:
            self.findings.unrecovered.append(f"case {case_id}: a vote got {answer.status_code}")
            return False
        # Also a loser is told what stands.
        self.ledger.note(vote["reviewer"], {"id": case_id, "outcome": answer.json()["outcome"]})
        return answer.status_code == HTTPStatus.CREATED


async def _together(barrier: asyncio.Barrier, act: Callable[[], Awaitable[bool]]) -> bool:
    await barrier.wait()
    return await act()
