"""The only reader of the environment: names, defaults, and what is said when one is wrong."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

from bot.delivery.webhook_signing import signing_key
from bot.outgoing.addresses import Allowed
from hitl.errors import HitlError
from hitl.storage.engines import UnusableDatabaseUrl, database_url

_SHORTEST_KEY = 16
_ORIGIN = re.compile(
    r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?/?", re.IGNORECASE
)
_VISIBLE_ASCII = re.compile(r"[!-~]+")
_PREFIXES = ("HITL_", "SLACK_")
_ALIKE = 0.85
"""Of 1: a letter or two are wrong, missing or too many."""


class SettingsError(HitlError):
    """A setting is missing or wrong; one line each, naming it and what would be right."""


def _usable_database(url: str) -> str:
    try:
        database_url(url)
    except UnusableDatabaseUrl as error:
        raise ValueError(str(error)) from None
    return url


def _prefixed(prefix: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not secret.get_secret_value().startswith(prefix):
            raise ValueError(f"must begin with {prefix}")
        return secret

    return AfterValidator(check)


class Settings(BaseSettings):
    """Everything the environment says, also from ``.env``; secrets never show when printed."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    slack_bot_token: Annotated[SecretStr, _prefixed("xoxb-")] | None = None
    slack_app_token: Annotated[SecretStr, _prefixed("xapp-")] | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    database_url: Annotated[str, AfterValidator(_usable_database)] = Field(
        default="sqlite:///hitl.db", alias="HITL_DATABASE_URL"
    )
    policy: Path = Field(default=Path("policy.toml"), alias="HITL_POLICY")
    host: str = Field(default="127.0.0.1", alias="HITL_HOST")
    port: int = Field(default=8080, ge=0, le=65_535, alias="HITL_PORT")
    api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(default=(), alias="HITL_API_KEYS")

    public_url: str | None = Field(default=None, alias="HITL_PUBLIC_URL")

    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), alias="HITL_WEBHOOK_SECRETS"
    )
    webhook_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), alias="HITL_WEBHOOK_ALLOW"
    )

    model_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), alias="HITL_MODEL_TOKENS"
    )

    @property
    def model_token_by_host(self) -> dict[str, str]:
        """The bearer token for each host of second models, in clear."""
        pairs = (entry.get_secret_value().partition("=") for entry in self.model_tokens)
        return {host.lower(): token for host, _, token in pairs}

    @field_validator("api_keys", "webhook_secrets", "webhook_allow", "model_tokens", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        # Python reads bytes of the environment that are no UTF-8 as halves of characters.
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("must be UTF-8 text")
        return value

    @field_validator("api_keys")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < _SHORTEST_KEY for key in keys):
            raise ValueError(f"every key must have at least {_SHORTEST_KEY} characters")
        if not all(_VISIBLE_ASCII.fullmatch(key.get_secret_value()) for key in keys):
            # Callers could not send it: a header holds nothing else.
            raise ValueError("every key must be ASCII letters, digits and signs, without spaces")
        return keys

    @field_validator("webhook_secrets")
    @classmethod
    def _hold_keys(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in secrets:
            signing_key(secret.get_secret_value())
        return secrets

    @field_validator("model_tokens")
    @classmethod
    def _name_a_host_each(cls, entries: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for entry in entries:
            host, _, token = entry.get_secret_value().partition("=")
            if not host or not _VISIBLE_ASCII.fullmatch(token):
                raise ValueError("every entry must be host=token, as in models.example.com=s3cret")
        return entries

    @field_validator("webhook_allow")
    @classmethod
    def _name_hosts(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        Allowed.parse(entries)
        return entries

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_slash(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError(
                "must begin with https:// (or http:// for a workspace on this machine)"
            )
        return url if url.endswith("/") else f"{url}/"

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str | None) -> str | None:
        if url is not None and _ORIGIN.fullmatch(url) is None:
            raise ValueError("must be an address without a path, such as https://hitl.example.com")
        return None if url is None else url.rstrip("/").lower()

    @property
    def missing_tokens(self) -> dict[str, str]:
        """Each token that a workspace still needs, and where it is found."""
        missing = {} if self.slack_bot_token else {"SLACK_BOT_TOKEN": _WHERE["bot"]}
        if not self.slack_app_token and not self.slack_signing_secret:
            missing["SLACK_APP_TOKEN"] = (
                f"{_WHERE['app']}; or, to receive Slack over HTTP, set SLACK_SIGNING_SECRET:"
                f" {_WHERE['secret']}"
            )
        return missing

    def require_slack(self) -> Self:
        """These settings; raises ``SettingsError`` naming every token a workspace still needs."""
        lines = [f"{name} is missing: {where}" for name, where in self.missing_tokens.items()]
        if lines:
            raise SettingsError("\n".join(lines))
        return self


_WHERE = {
    "bot": "Slack app settings, OAuth & Permissions, Bot User OAuth Token (xoxb-…)",
    "app": "Slack app settings, Basic Information, App-Level Tokens (xapp-…)",
    "secret": "Slack app settings, Basic Information, Signing Secret",
}


_PLAINLY = {
    "Input should be a valid integer, unable to parse string as an integer": (
        "must be a whole number from 0 to 65535"
    ),
    "Input should be less than or equal to 65535": "must be a whole number from 0 to 65535",
    "Input should be greater than or equal to 0": "must be a whole number from 0 to 65535",
}


def read_settings() -> Settings:
    """The settings; raises ``SettingsError`` with a line for each wrong one."""
    settings, wrong = readable_settings()
    if wrong:
        raise SettingsError("\n".join(f"{name} is wrong: {why}" for name, why in wrong.items()))
    return settings


def readable_settings() -> tuple[Settings, dict[str, str]]:
    """The settings without those that are wrong, and what is wrong with each of these."""
    try:
        return Settings(), {}
    except ValidationError as error:
        # The values are left out on purpose: they may be secrets.
        wrong = {str(problem["loc"][0]): _plainly(problem["msg"]) for problem in error.errors()}
        rest = Settings(**{name: _default(name) for name in wrong})
        return rest, {name.upper(): why for name, why in wrong.items()}
    except UnicodeDecodeError:
        return Settings(_env_file=None), {".env": "it is not UTF-8 text; save it as UTF-8"}


def mistyped_settings() -> dict[str, str]:
    """What nobody reads but looks like a setting that is not there, and that setting's name."""
    known = {(field.alias or name).upper() for name, field in Settings.model_fields.items()}
    said = (*os.environ.items(), *_in_dot_env().items())
    given = {name.upper() for name, value in said if value}
    near = {
        name: get_close_matches(name, known - given, n=1, cutoff=_ALIKE)
        for name in sorted(given - known)
        if name.startswith(_PREFIXES)
    }
    return {name: found[0] for name, found in near.items() if found}


def _in_dot_env() -> Mapping[str, str | None]:
    try:
        return DotEnvSettingsSource(Settings).env_vars
    except UnicodeDecodeError:  # told where it is read
        return {}


def _default(name: str) -> Any:
    return next(
        field.default for key, field in Settings.model_fields.items() if name in (key, field.alias)
    )


def _plainly(message: str) -> str:
    return _PLAINLY.get(message, message.removeprefix("Value error, "))
