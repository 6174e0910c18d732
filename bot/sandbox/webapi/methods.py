"""The table of every Web API method the workspace has."""

from bot.sandbox.webapi import auth, chat, conversations, files, users, views
from bot.sandbox.webapi.call import Method

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **users.METHODS,
    **views.METHODS,
}
