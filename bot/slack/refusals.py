"""What people are told when something is not done."""

from hitl.errors import HitlError


class Refusal(HitlError):
    """Something asked for in Slack is not done; the message is mrkdwn of ours, ready to show."""
