"""The workspace as a web application, and ``running_workspace``, which gives it an address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

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
from bot.serving import listen, serving

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
    with listen(HOST, port) as listener:
        port = listener.getsockname()[1]
        workspace = Workspace(config or WorkspaceConfig(), url=f"http://{HOST}:{port}")
        async with serving(
            sandbox_app(workspace, port=port),
            listener,
            http=DroppableProtocol,
            ws="websockets-sansio",
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ):
            try:
                yield workspace
            finally:
                await workspace.aclose()
