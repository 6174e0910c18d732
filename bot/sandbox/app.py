"""The workspace as a web application, and ``running_workspace``, which gives it an address."""

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.doors import acts, app_side, orders, reading
from bot.sandbox.doors.guard import LoopbackOnly
from bot.sandbox.trouble import DroppableProtocol
from bot.sandbox.webapi.endpoint import web_api
from bot.sandbox.workspace import Workspace

HOST = "127.0.0.1"
STATIC = Path(__file__).parent / "static"
SHUTDOWN_SECONDS = 2
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' data: blob: https: http:; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


async def page(_request: Request) -> Response:
    """The page itself; what strangers wrote is shown there, so it may run its own code only."""
    return FileResponse(STATIC / "index.html", headers=PAGE_HEADERS)


async def permalink(request: Request) -> Response:
    """The address ``chat.getPermalink`` gives, shown by the page."""
    return RedirectResponse(f"/#/{quote(request.path_params['channel'])}")


def sandbox_app(workspace: Workspace, *, port: int) -> Starlette:
    """Every door of the workspace, behind the guard."""
    app = Starlette(
        routes=[
            Route("/", page),
            Route("/archives/{channel}/{message}", permalink),
            Route("/api/{method}", web_api, methods=["GET", "POST"]),
            *acts.ROUTES,
            *reading.ROUTES,
            *orders.ROUTES,
            *app_side.ROUTES,
            Mount("/sandbox/static", StaticFiles(directory=STATIC, check_dir=False)),
        ],
        middleware=[Middleware(LoopbackOnly, port=port)],
    )
    app.state.workspace = workspace
    return app


@asynccontextmanager
async def running_workspace(
    config: WorkspaceConfig | None = None, *, port: int = 0
) -> AsyncIterator[Workspace]:
    """A workspace served on loopback for as long as the block runs; port 0 takes a free one."""
    listener = _listener(port)
    port = listener.getsockname()[1]
    workspace = Workspace(config or WorkspaceConfig(), url=f"http://{HOST}:{port}")
    server = _Server(_settings(sandbox_app(workspace, port=port)))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready(serving)
        yield workspace
    finally:
        await workspace.aclose()
        server.stop()
        await serving


def _listener(port: int) -> socket.socket:
    # Named TCP on purpose: asyncio switches Nagle's algorithm off only then, and with it on, each
    # answer to a kept connection waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _settings(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=DroppableProtocol,
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


class _Server(uvicorn.Server):
    """uvicorn inside a running loop: leaves signals alone, stops at once when told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()
        self._up = asyncio.Event()

    async def ready(self, serving: asyncio.Task[None]) -> None:
        """Return once connections are accepted, or raise what prevented it."""
        up = asyncio.create_task(self._up.wait())
        await asyncio.wait([up, serving], return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if serving.done():
            await serving

    def stop(self) -> None:
        """End ``serve``."""
        self._stopping.set()

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        self._up.set()
        await self._stopping.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals belong to whoever runs the loop."""
        yield
