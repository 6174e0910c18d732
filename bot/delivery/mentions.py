"""Calling those whom the policy names: groups are named by handle there, and by id in Slack."""

from collections.abc import Iterable

from bot.delivery.desk import Desk
from bot.delivery.troubles import told_as_trouble
from bot.slack.refusals import Refusal
from bot.slack.text import mrkdwn, whom
from hitl.policy import UseCase
from hitl.policy.wording import listed

_MOST = 100
"""As many as fit into a message; the rest is counted, and not notified."""


async def mentions(desk: Desk, names: Iterable[str], *, use_case: UseCase) -> str:
    """``@moderators and @Ana`` as mrkdwn that notifies them; raises ``Trouble``."""
    called = [await _mention(desk, name, use_case=use_case) for name in names]
    return listed(called, most=_MOST)


async def _mention(desk: Desk, name: str, *, use_case: UseCase) -> str:
    if not name.startswith("@"):
        return whom(name, channel=use_case.channel)
    try:
        with told_as_trouble():
            return f"<!subteam^{await desk.directory.group_id(name)}>"
    except Refusal:  # no such group: the others are told all the same
        return mrkdwn(name, 100)
