"""The HTTP API as one ASGI application."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from bot.intake.description import install_description
from bot.intake.doors import BodyLimit, KeyRequired
from bot.intake.keyring import Keyring
from bot.intake.problems import Problem, install_problems, refusals
from bot.intake.routes.asking import asking_routes
from bot.intake.routes.deciding import deciding_routes
from bot.intake.routes.figures import figure_routes
from bot.intake.routes.health import health_routes
from bot.intake.routes.known import known_routes
from bot.intake.routes.labels import label_routes
from bot.intake.routes.metrics import metric_routes
from bot.intake.routes.models import model_routes
from bot.intake.routes.reading import reading_routes
from bot.intake.routes.replying import replying_routes
from bot.intake.routes.submitting import submitting_routes
from bot.services import Services

_EVERYWHERE = (400, 401, 403, 413, 500, 503)
"""What any call may answer; 400 only where there is a body to read."""
_ROUTES = (
    submitting_routes,
    reading_routes,
    deciding_routes,
    replying_routes,
    known_routes,
    asking_routes,
    figure_routes,
    label_routes,
    model_routes,
    health_routes,
    metric_routes,
)
"""In the order in which a request looks for its own: what is called most comes first."""


class _Intake(FastAPI):
    """Documents what any call may answer beside what each says of itself."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["schemas"] |= _problem_schemas()
            for operations in document["paths"].values():
                for operation in operations.values():
                    _describe_refusals(operation)
                    # Else it would be the function's name: "Tell", "Add", "Answered".
                    operation["summary"] = _title(operation["description"])
        return super().openapi()


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    return {**schema.pop("$defs"), Problem.__name__: schema}


def _title(description: str) -> str:
    """What it begins with, as far as the first stop."""
    return description.split("\n", 1)[0].split(";", 1)[0].removesuffix(".")


def _describe_refusals(operation: dict[str, Any]) -> None:
    for status, response in refusals(*_EVERYWHERE).items():
        if status != HTTPStatus.BAD_REQUEST or "requestBody" in operation:
            operation["responses"].setdefault(str(status), response)


def build_intake(services: Services, *, keyring: Keyring) -> FastAPI:
    """Every call of the contract, guarded by ``keyring``."""
    app = _Intake(
        title="hitl",
        summary="Unsure AI decisions, decided by people in Slack.",
        # Looks at the environment three times a request; /metrics tells what there is to tell.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        docs_url=None,
        redoc_url=None,
    )
    install_problems(app)
    install_description(app)
    # As the app's own: of an included router FastAPI builds every route a second time, and asks
    # one router after the other whose a request is.
    app.router.routes[:0] = [route for routes in _ROUTES for route in routes(services).routes]
    app.add_middleware(BodyLimit)
    app.add_middleware(KeyRequired, keyring=keyring)
    return app
