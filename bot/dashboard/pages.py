"""The plain pages around the dashboard: how to get in, whose link this is, what went wrong."""

from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse, Response

STATIC = Path(__file__).parent / "static"
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    # Not no-referrer: forms would then not say where they come from.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Nobody else's code, no frame around it, nothing kept on a shared computer."""

_FRAME = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · hitl</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dashboard/static/dashboard.css">
<main class="plain">
<h1>{title}</h1>
{body}
</main>
</html>
"""

_SIGN_IN = """{trouble}
<h2>With Slack</h2>
<p>Write <code>/hitl dashboard</code> in Slack and open the link you get. It works once, for five
minutes, and for you alone.</p>
<h2>With an API key</h2>
<form method="post" action="/dashboard/sign-in">
<label for="key">A key with the scope <code>read</code></label>
<input id="key" name="key" type="password" autocomplete="off" spellcheck="false" maxlength="200"
 required>
<button>Sign in</button>
</form>
"""

_ENTER = """<p>This link signs you in as <strong>{name}</strong>.</p>
<form method="post" action="/dashboard/enter">
<input type="hidden" name="link" value="{link}">
<button autofocus>Open the dashboard</button>
</form>
"""

_BACK = '<p><a href="/">To the dashboard</a></p>'


def dashboard_page() -> Response:
    """The dashboard; it asks for its figures by itself."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    return HTMLResponse(page, headers=PAGE_HEADERS)


def sign_in_page(trouble: str | None = None, *, status: int = 200) -> Response:
    """How to get in."""
    said = "" if trouble is None else _alert(trouble)
    return _page("Sign in", _SIGN_IN.format(trouble=said), status=status)


def enter_page(link: str, *, name: str) -> Response:
    """Whose link it is; a button uses it, so that whatever looks ahead at links does not."""
    body = _ENTER.format(name=escape(name), link=escape(link))
    return _page("Open the dashboard", body)


def refusal_page(trouble: str, *, status: int) -> Response:
    """What can't be done, and why."""
    return _page("That did not work", _alert(trouble) + _BACK, status=status)


def _alert(trouble: str) -> str:
    return f'<p role="alert" class="alert">{escape(trouble)}</p>'


def _page(title: str, body: str, *, status: int = 200) -> Response:
    return HTMLResponse(
        _FRAME.format(title=title, body=body), status_code=status, headers=PAGE_HEADERS
    )
