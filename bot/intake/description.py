"""``/docs``: the API's own description, for people; nothing on the page comes from elsewhere."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_HEADERS = {
    "content-security-policy": (
        # The script that starts Swagger UI stands in the page, and it writes styles.
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
        " connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
}


def install_description(app: FastAPI) -> None:
    """Swagger UI as the package of its files has it, instead of FastAPI's, which asks a CDN."""
    # Relative, for what stands before the service may have put it under a path.
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="hitl: HTTP API",
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="docs/favicon-32x32.png",
        swagger_ui_parameters={"defaultModelsExpandDepth": 0},
    )
    page.headers.update(_HEADERS)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return page

    app.mount("/docs", StaticFiles(packages=[("fastapi_swagger", "resources")]))
