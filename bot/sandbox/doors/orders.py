"""``/sandbox/faults`` and ``/sandbox/calls``: order trouble, and see what the app sent."""

from dataclasses import asdict, fields
from typing import get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.workspace import workspace_of


async def order(request: Request) -> Response:
    """Order a fault: the fields of ``Fault`` as JSON."""
    workspace = workspace_of(request)
    body = await request.json()
    unknown = set(body) - {field.name for field in fields(Fault)}
    if unknown or "method" not in body or body.get("kind") not in get_args(FaultKind):
        kinds = ", ".join(get_args(FaultKind))
        error = f"A fault has a method and a kind, one of {kinds}."
        return JSONResponse({"ok": False, "error": error}, status_code=400)
    workspace.faults.order(Fault(**body))
    return JSONResponse({"ok": True})


async def clear(request: Request) -> Response:
    """Forget every fault."""
    workspace = workspace_of(request)
    workspace.faults.clear()
    return JSONResponse({"ok": True})


async def calls(request: Request) -> Response:
    """The latest Web API calls, oldest first."""
    workspace = workspace_of(request)
    return JSONResponse({"calls": [asdict(call) for call in workspace.calls.all()]})


ROUTES = [
    Route("/sandbox/faults", order, methods=["POST"]),
    Route("/sandbox/faults", clear, methods=["DELETE"]),
    Route("/sandbox/calls", calls),
]
