"""A route that reads its requests itself answers as FastAPI's own way would, refusals included."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, BackgroundTasks, Body, Depends, FastAPI, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from bot.intake.answers import answer
from bot.intake.direct import DirectRoute
from bot.intake.problems import install_problems

JSON = {"Content-Type": "application/json"}


class Thing(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str
    sizes: list[float] = []


async def shown_key(request: Request) -> str:
    key: str = request.headers.get("key", "")
    if key == "wrong":
        raise HTTPException(403, "This key is wrong.")
    return key


def describe(router: APIRouter) -> None:
    @router.post("/things/{number}", status_code=201)
    async def put(
        number: Annotated[int, Path(ge=1)],
        thing: Annotated[Thing, Body()],
        key: Annotated[str, Depends(shown_key)],
        request: Request,
        size: Annotated[float, Query(le=9)] = 1,
    ) -> Response:
        sent = await request.json()
        return answer({"at": [number, size, key], "thing": thing.model_dump(), "sent": sent}, 201)

    @router.post("/maybe")
    async def maybe(thing: Annotated[Thing | None, Body()] = None) -> Response:
        return answer({"thing": None if thing is None else thing.name})

    @router.get("/things")
    async def find(name: Annotated[str, Query(max_length=3)]) -> Response:
        return answer({"name": name})


@pytest.fixture
def both() -> list[httpx.AsyncClient]:
    direct, usual = FastAPI(), FastAPI()
    router = APIRouter(route_class=DirectRoute)
    describe(router)
    direct.router.routes.extend(router.routes)
    describe(usual.router)
    for app in (direct, usual):
        install_problems(app)
    transports = [httpx.ASGITransport(app) for app in (direct, usual)]
    return [httpx.AsyncClient(transport=each, base_url="http://hitl") for each in transports]


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/things/5?size=2.5", {"json": {"name": "a", "sizes": [1, 2.5]}}),
    ("POST", "/things/5", {"json": {"name": "a"}, "headers": {"key": "k"}}),
    ("POST", "/things/5", {"content": b'{"name": "a"}', "headers": {"Content-Type": "a/b+json"}}),
    ("POST", "/things/5", {"content": b'{"name": "a"}', "headers": JSON | {"key": "wrong"}}),
    ("POST", "/things/5", {"content": b'{"name": 5}', "headers": JSON | {"key": "wrong"}}),
    ("POST", "/things/zero?size=10", {"json": {"name": 5, "colour": "red"}}),
    ("POST", "/things/0", {"json": [1]}),
    ("POST", "/things/5?size=", {"json": {"name": "a", "sizes": "b"}}),
    ("POST", "/things/5?size=1&size=2", {"json": {"name": "a"}}),
    ("POST", "/things/5", {}),
    ("POST", "/things/5", {"content": b"null", "headers": JSON}),
    ("POST", "/things/5", {"content": b"{", "headers": JSON}),
    ("POST", "/things/5", {"content": b"{", "headers": JSON | {"key": "wrong"}}),
    ("POST", "/things/5", {"content": b"\xff", "headers": JSON}),
    ("POST", "/things/5", {"content": b"[" * 100_000, "headers": JSON}),
    ("POST", "/things/5", {"content": b'{"name": "a"}'}),
    ("POST", "/things/5", {"content": b'{"name": "a"}', "headers": {"Content-Type": "text/json"}}),
    ("POST", "/things/5", {"content": b'{"name": "a"}', "headers": {"Content-Type": "nonsense"}}),
    ("POST", "/things/5", {"content": b'{"name": "\\ud800"}', "headers": JSON}),
    ("POST", "/things/5", {"content": b'{"name": "a", "sizes": [NaN]}', "headers": JSON}),
    (
        "POST",
        "/things/5",
        {"content": b'{"name": "a"}', "headers": {"Content-Type": "Application/JSON; charset=x"}},
    ),
    ("POST", "/maybe", {}),
    ("POST", "/maybe", {"json": {"name": "a"}}),
    ("POST", "/maybe", {"content": b"null", "headers": JSON}),
    ("POST", "/maybe", {"json": {"name": 5}}),
    ("GET", "/things", {}),
    ("GET", "/things?name=abc", {}),
    ("GET", "/things?name=abcd", {}),
    ("PUT", "/things", {}),
    ("GET", "/things/", {}),
    ("GET", "/nothing", {}),
]


@pytest.mark.parametrize(("method", "url", "sent"), REQUESTS)
async def test_a_direct_route_answers_as_fastapi_does(
    both: list[httpx.AsyncClient], method: str, url: str, sent: dict[str, Any]
) -> None:
    direct, usual = [await client.request(method, url, **sent) for client in both]
    assert (direct.status_code, direct.content) == (usual.status_code, usual.content)
    assert direct.headers == usual.headers


def test_a_route_that_asks_for_more_is_refused_as_it_is_made() -> None:
    router = APIRouter(route_class=DirectRoute)

    async def endpoint(tasks: BackgroundTasks) -> Response:
        return answer({"tasks": str(tasks)})

    with pytest.raises(TypeError, match="can't give"):
        router.post("/")(endpoint)
