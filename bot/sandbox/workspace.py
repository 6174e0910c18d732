"""The running workspace: its parts put together, and the handles tests and the demo hold."""

from dataclasses import replace
from typing import Any

from starlette.requests import HTTPConnection

from bot.sandbox.calls import Calls
from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.delivery.events import Events
from bot.sandbox.delivery.link import AppLink
from bot.sandbox.delivery.response_urls import ResponseUrls
from bot.sandbox.delivery.signed_http import SignedHttp
from bot.sandbox.delivery.socket_mode import Sockets
from bot.sandbox.faults import Fault, FaultKind, Faults
from bot.sandbox.feed import Feed
from bot.sandbox.person import Person
from bot.sandbox.rates import Rates
from bot.sandbox.seen import SeenMessage
from bot.sandbox.state import WorkspaceState
from bot.sandbox.triggers import Triggers


class Workspace:
    """One local workspace; ``running_workspace`` gives it an address and a life."""

    def __init__(self, config: WorkspaceConfig, *, url: str) -> None:
        self.config = config
        self.url = url
        self.feed = Feed()
        self.state = WorkspaceState(config, feed=self.feed)
        self.faults = Faults()
        self.calls = Calls()
        self.rates = Rates(clock=config.clock)
        self.triggers = Triggers(lives=config.trigger_lives)
        self.response_urls = ResponseUrls()
        self.sockets = Sockets(app_id=config.app.id, clock=config.clock)
        self._http = SignedHttp(secret=config.signing_secret, request_url=config.request_url)
        self.link = AppLink(
            http=self._http,
            sockets=self.sockets,
            faults=self.faults,
            ack_within=config.ack_within,
        )
        self.events = Events(config, link=self.link)
        self._people: list[Person] = []

    @property
    def api_url(self) -> str:
        """What ``AsyncWebClient(base_url=…)`` and ``SLACK_API_URL`` take."""
        return f"{self.url}/api/"

    @property
    def request_url(self) -> str | None:
        """Where the app listens over HTTP; may be set once the app has its port."""
        return self._http.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._http.request_url = url

    def person(self, user_id: str) -> Person:
        """Someone to act as, through the same doors as the page."""
        person = Person(user_id, url=self.url)
        self._people.append(person)
        return person

    def messages(self, channel: str) -> list[SeenMessage]:
        """Everything posted in a channel (id or name), threads included, oldest first."""
        channel_id = self.channel_id(channel)
        state = self.state
        return [SeenMessage(state.seen(m), metadata=m.metadata) for m in state.messages(channel_id)]

    def channel_id(self, channel: str) -> str:
        """The id of a channel given by id or by name, with or without ``#``."""
        for known in self.state.channels.values():
            if channel == known.id or channel.removeprefix("#") == known.name:
                return known.id
        raise LookupError(f"There is no channel {channel} in this workspace.")

    def change_user(self, user_id: str, **changes: Any) -> None:
        """Deactivate someone, make them a guest, …: any fields of ``User``."""
        self.state.users[user_id] = replace(self.state.users[user_id], **changes)

    def change_group(self, group_id: str, **changes: Any) -> None:
        """Any fields of ``UserGroup``, such as ``users``."""
        self.state.groups[group_id] = replace(self.state.groups[group_id], **changes)

    def order_fault(self, method: str, kind: FaultKind, **details: Any) -> None:
        """Order a fault; ``details`` are the other fields of ``Fault``."""
        self.faults.order(Fault(method=method, kind=kind, **details))

    async def aclose(self) -> None:
        """End streams, background deliveries and connections."""
        self.feed.close()
        await self.events.aclose()
        for person in self._people:
            await person.aclose()
        await self._http.aclose()


def workspace_of(connection: HTTPConnection) -> Workspace:
    """The workspace a request or socket came to."""
    workspace: Workspace = connection.app.state.workspace
    return workspace
