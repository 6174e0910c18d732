"""Two to four people decide the same case at once: in Slack, by the API, at several replicas."""

import asyncio
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import httpx

from bot.sandbox.seen import SeenMessage
from tests.faults.campaigns.tally import Progress, Tally, silent
from tests.faults.ledger import Findings, Ledger
from tests.faults.stage import REVIEWERS, Stage, empty_database, running_stage
from tests.intake.requests import moderation_case
from tests.postgres import Server

_CASES_AT_ONCE = 15
_CLICKS_A_STAGE = 2_000
_CARD_SECONDS = 30
_VERDICTS = ("approve", "reject", "flag")


async def contend(
    folder: Path,
    *,
    clicks: int,
    server: Server | None = None,
    seed: int = 0,
    progress: Progress = silent,
    **launch: Any,
) -> Tally:
    """Decide cases by several at once until there were so many clicks and votes."""
    tally = Tally(f"contended clicks, {'PostgreSQL' if server else 'SQLite'}")
    chance = Random(seed)
    while tally.tries < clicks and not tally.findings:
        stage_folder = folder / f"clicks-{tally.tries}"
        stage_folder.mkdir()
        until = min(clicks, tally.tries + _CLICKS_A_STAGE)
        async with AsyncExitStack() as stack:
            url = stack.enter_context(empty_database(stage_folder, server))
            replicas = 1 if server is None else 2
            stage = await stack.enter_async_context(
                running_stage(stage_folder, database_url=url, replicas=replicas, **launch)
            )
            contest = _Contest(stage, chance)
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

    def __init__(self, stage: Stage, chance: Random) -> None:
        self.ledger = Ledger()
        self.findings = Findings()
        self._stage = stage
        self._chance = chance
        self._apis = [service.api(seconds=30) for service in stage.services]
        self._turn = cycle(self._apis)
        self._number = 0

    async def round(self) -> int:
        """How many clicks and votes there were."""
        submitted = [self._submit() for _ in range(_CASES_AT_ONCE)]
        wanted = set(await asyncio.gather(*submitted))
        async with asyncio.timeout(_CARD_SECONDS):
            while not wanted <= (cards := self._stage.open_cards()).keys():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        counts = [self._contend(case_id, cards[case_id]) for case_id in wanted]
        return sum(await asyncio.gather(*counts))

    async def _submit(self) -> int:
        self._number += 1
        request = moderation_case(f"post-{self._number}")
        document = (await next(self._turn).post("/v1/cases", json=request)).json()
        self.ledger.submitted[request["key"]] = (request, document)
        return int(document["id"])

    async def _contend(self, case_id: int, card: SeenMessage) -> int:
        people = self._chance.sample(REVIEWERS, self._chance.randint(2, 4))
        barrier = asyncio.Barrier(len(people))
        acts = []
        for number, person in enumerate(people):
            verdict = self._chance.choice(_VERDICTS)
            if number % 2 == 0:
                acts.append(self._click(barrier, card, case_id, person, verdict))
            else:
                vote = {"reviewer": person, "verdict": verdict}
                acts.append(self._vote(barrier, next(self._turn), case_id, vote))
        won = [outcome for outcome in await asyncio.gather(*acts) if outcome is not None]
        if len(won) > 1:
            self.findings.doubled.append(f"case {case_id}: {len(won)} voters were told they won")
        return len(people)

    async def _click(
        self, barrier: asyncio.Barrier, card: SeenMessage, case_id: int, person: str, verdict: str
    ) -> None:
        await barrier.wait()
        if await self._stage.click(person, card, verdict):
            self.ledger.clicked.add(case_id)
        else:
            self.findings.unrecovered.append(f"case {case_id}: {person} got no answer")

    async def _vote(
        self, barrier: asyncio.Barrier, api: httpx.AsyncClient, case_id: int, vote: dict[str, str]
    ) -> Any:
        await barrier.wait()
        answer = await api.post(f"/v1/cases/{case_id}/reviews", json=vote)
        if answer.status_code not in {201, 409}:
            self.findings.unrecovered.append(f"case {case_id}: a vote got {answer.status_code}")
            return None
        # Also a loser is told what stands.
        self.ledger.note(vote["reviewer"], {"id": case_id, "outcome": answer.json()["outcome"]})
        return answer.json()["outcome"] if answer.status_code == 201 else None
