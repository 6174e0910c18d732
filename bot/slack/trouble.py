"""What calling Slack can raise."""

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

SLACK_TROUBLE = (SlackApiError, ClientError, TimeoutError, OSError)
