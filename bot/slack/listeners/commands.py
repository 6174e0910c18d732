"""Someone types ``/hitl …``; only they see the answer."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.dashboard import dashboard_message
from bot.slack.cards.flags import flagged_message
from bot.slack.cards.help import help_message
from bot.slack.cards.policy import policy_message
from bot.slack.cards.queue import queue_message
from bot.slack.cards.stats import all_stats_message, report_message
from bot.slack.commands import (
    CASE,
    DASHBOARD,
    DIGEST,
    POLICY,
    PRACTICE,
    QUEUE,
    REVIEW,
    REVIEWERS,
    STATS,
    NotUnderstood,
    case_asked,
    command_word,
    digest_asked,
    flagged_asked,
    stats_asked,
    use_case_asked,
)
from bot.slack.digests import posted, previewed
from bot.slack.message import Message
from bot.slack.people import Actor, actor_of
from bot.slack.practising import begin_practice
from bot.slack.reading import figures, policies, queues, watched, withheld_from
from bot.slack.reviewers import reviewers_answer
from bot.slack.reviewing import begin
from bot.slack.services import SlackServices
from hitl.policy import UseCase
from hitl.reports.report import report, zone_of
from hitl.reports.windows import WindowNotUnderstood, window_before
from hitl.statistics.findings.signal import findings_of


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the command."""

    @app.command(ids.COMMAND)
    async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        try:
            if await _began(services, client, body):
                await ack()
                return
            await services.people.require_member(actor_of(body))
            answer = await _answer(services, actor_of(body), body.get("text", ""))
        except (NotUnderstood, WindowNotUnderstood) as problem:
            answer = help_message(str(problem))
        await ack(text=answer.text, blocks=answer.blocks, response_type="ephemeral")


async def _began(services: SlackServices, client: AsyncWebClient, body: dict[str, Any]) -> bool:
    """Open a modal if that is asked for: before anything else, while the trigger lives."""
    word, rest = command_word(body.get("text", ""))
    if word not in _OPENED:
        return False
    use_case = use_case_asked(rest, known=services.policy.use_cases)
    await _OPENED[word](services, client, body, use_case=use_case or ids.LONGEST_QUEUE)
    return True


async def _answer(services: SlackServices, actor: Actor, text: str) -> Message:
    word, rest = command_word(text)
    return await _ANSWERS[word](services, actor, rest) if word in _ANSWERS else help_message()


async def _queue(services: SlackServices, actor: Actor, words: list[str]) -> Message:
    return await _listed(services, actor, flagged=flagged_asked(words))


async def _case(services: SlackServices, actor: Actor, words: list[str]) -> Message:
    case, use_case = await services.find(case_asked(words))
    await services.require_viewer(actor, case, use_case)
    return await services.card(case, use_case)


async def _reviewers(services: SlackServices, actor: Actor, words: list[str]) -> Message:
    name = use_case_asked(words, known=services.policy.use_cases)
    return await reviewers_answer(services, actor, use_case=name)


async def _dashboard(services: SlackServices, actor: Actor, _: list[str]) -> Message:
    return dashboard_message(services.dashboard_link(actor))


async def _listed(services: SlackServices, actor: Actor, *, flagged: bool) -> Message:
    now, withheld = services.database.now(), await withheld_from(services, actor)
    if flagged:
        found = await watched(services, without=withheld)
        return flagged_message(found, now=now, withheld=withheld)
    return queue_message(await queues(services, without=withheld), now=now, withheld=withheld)


async def _policy(services: SlackServices, _: Actor, words: list[str]) -> Message:
    use_case = use_case_asked(words, known=services.policy.use_cases)
    return policy_message(await policies(services, use_case))


async def _stats(services: SlackServices, _: Actor, words: list[str]) -> Message:
    asked = stats_asked(words, known=services.policy.use_cases)
    if asked.use_case is None and len(services.policy.use_cases) > 1:
        found = await figures(services, asked.window)
        return all_stats_message(found, window=asked.window)
    name = asked.use_case or next(iter(services.policy.use_cases))
    return await _report(services, services.policy.use_case(name), asked.window)


async def _report(services: SlackServices, use_case: UseCase, window: timedelta) -> Message:
    until = services.database.now()
    since = window_before(until, window, zone=zone_of(use_case))
    found = await services.database.read(
        partial(report, use_case=use_case, since=since, until=until)
    )
    own = findings_of(use_case.name, await services.findings.at_once())
    return report_message(found, window=window, findings=own)


async def _digest(services: SlackServices, actor: Actor, words: list[str]) -> Message:
    asked = digest_asked(words, known=services.policy.use_cases)
    use_case = services.policy.use_case(asked.use_case)
    if asked.post:
        return await posted(services, actor, use_case)
    return await previewed(services, use_case)


_OPENED = {REVIEW: begin, PRACTICE: begin_practice}
_ANSWERS: Mapping[str, Callable[[SlackServices, Actor, list[str]], Awaitable[Message]]] = {
    STATS: _stats,
    QUEUE: _queue,
    CASE: _case,
    POLICY: _policy,
    REVIEWERS: _reviewers,
    DASHBOARD: _dashboard,
    DIGEST: _digest,
}
