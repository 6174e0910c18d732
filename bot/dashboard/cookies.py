"""What the browser keeps and sends, and whether a form came from our own page."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.dashboard.doorkeeper import LASTS


@dataclass(frozen=True, slots=True)
class Cookies:
    """The session's cookie; over https it is one that no other host could have set."""

    public_url: str | None

    @property
    def secure(self) -> bool:
        """Whether it is sent over https alone."""
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"

    @property
    def name(self) -> str:
        """``__Host-`` makes browsers see to it that it is secure and ours."""
        return "__Host-hitl" if self.secure else "hitl"

    def read(self, request: Request) -> str | None:
        """The session's secret."""
        return request.cookies.get(self.name)

    def keep(self, response: Response, secret: str) -> None:
        """Let the browser send it from now on."""
        response.set_cookie(
            self.name,
            secret,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            # A link in Slack on the web leads here with it; forms of other sites come without.
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Let the browser throw it away."""
        response.delete_cookie(
            self.name, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def is_our_form(self, request: Request) -> bool:
        """Whether a page of ours sent it: no other site signs anybody in or out."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        # Browsers say nothing of the site over plain http, but always where a form came from.
        ours = {f"{request.url.scheme}://{request.headers.get('host', '')}", self.public_url}
        origin = request.headers.get("origin")
        return origin is not None and origin in ours
