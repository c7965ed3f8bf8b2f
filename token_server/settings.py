"""What can be set about the token server; see `.env.example` for the same in prose."""

import ipaddress
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from settings import LiveKitSettings, StoreSettings, UploadSettings, is_loopback
from settings.files import FileSettings
from token_server.names import DisplayName

API_KEY_LENGTH = 24
"""Fewest characters of an API key; 24 random letters and digits hold more than 120 bits."""


def _address(text: str, schemes: set[str], example: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"is not an address like {example}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(f"must be a plain address like {example}, without user, ? or #")
    return text.rstrip("/")


def _public_url(text: str) -> str:
    return _address(text, {"http", "https"}, "https://calls.example.com")


def _media_url(text: str) -> str:
    return _address(text, {"ws", "wss", "http", "https"}, "wss://media.example.com")


def _origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _origin(text: str) -> str:
    url = _public_url(text)
    if urlsplit(url).path:
        raise ValueError("is not an origin like https://app.example.com (scheme, host, port)")
    return url.lower()


class TokenServerSettings(
    LiveKitSettings, StoreSettings, FileSettings, UploadSettings, BaseSettings
):
    """Where the token server listens, whom it lets in, and what it calls people."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    token_server_host: str = "127.0.0.1"  # noqa: S105 - no password, though it says token
    """Address to listen on."""
    token_server_port: int = Field(default=8080, ge=0, le=65535)
    """TCP port; 0 takes a free one."""
    public_url: Annotated[str, AfterValidator(_public_url)] | None = None
    """What people type to get here, used in links; None: host and port above."""
    livekit_public_url: Annotated[str, AfterValidator(_media_url)] | None = None
    """What browsers use to reach the media server; None: the same as LIVEKIT_URL."""
    sidenote_api_key: SecretStr | None = None
    """Needed to create, list and delete rooms; None: only programs on this machine may."""
    role_host_name: DisplayName = "Host"
    """What a host is called who gave no name, for example Interviewer or Seller."""
    role_guest_name: DisplayName = "Guest"
    """What a guest is called who gave no name, for example Candidate or Prospect."""
    invitation_ttl_hours: int = Field(default=24, ge=1, le=720)
    """How long an invitation lets people in, in hours; up to 30 days."""
    room_max_people: int = Field(default=100, ge=2, le=3_000)
    """How many people may be in a room at once; agents do not count."""
    watch_rooms: Literal["own", "all"] = "own"
    """Rooms to keep an agent in: those made here or dispatched to us, or every room."""
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """After how many days a meeting is deleted with all that belongs to it; None: never."""
    webhooks_may_be_private: bool = False
    """Whether webhooks may lead to addresses that are not on the internet, and without TLS."""
    cors_origins: Annotated[
        tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_origins)
    ] = ()
    """Origins of other frontends that may ask for rooms and tokens, separated by commas."""

    @model_validator(mode="after")
    def _refuse_open_door(self) -> Self:
        key = self.sidenote_api_key
        if key is not None and len(key.get_secret_value()) < API_KEY_LENGTH:
            msg = (
                f"SIDENOTE_API_KEY has {len(key.get_secret_value())} characters; use at least "
                f"{API_KEY_LENGTH} random ones, for example from `openssl rand -hex 24`"
            )
            raise ValueError(msg)
        if key is not None and not key.get_secret_value().isascii():
            raise ValueError("SIDENOTE_API_KEY holds letters that do not fit into an HTTP header")
        if key is None and (reason := self._find_open_door()):
            msg = (
                f"{reason}, so anybody who reaches it could create rooms; set SIDENOTE_API_KEY "
                f"to at least {API_KEY_LENGTH} random characters, or keep to 127.0.0.1"
            )
            raise ValueError(msg)
        return self

    def _find_open_door(self) -> str | None:
        if not is_loopback(self.token_server_host):
            return f"TOKEN_SERVER_HOST {self.token_server_host!r} is not only this machine"
        if self.public_url and not is_loopback(urlsplit(self.public_url).hostname or ""):
            return f"PUBLIC_URL {self.public_url!r} is not only this machine"
        return None

    @property
    def api_key(self) -> str | None:
        """The API key in clear, for comparing only."""
        return self.sidenote_api_key.get_secret_value() if self.sidenote_api_key else None

    @property
    def link_base(self) -> str:
        """What links begin with, without a slash at the end."""
        if self.public_url:
            return self.public_url
        host = self.token_server_host
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "127.0.0.1"
        return f"http://{_bracketed(host)}:{self.token_server_port}"

    @property
    def browser_media_url(self) -> str:
        """What browsers use to reach the media server, as ws:// or wss://."""
        url = self.livekit_public_url or self.livekit_url
        return "ws" + url.removeprefix("http") if url.startswith("http") else url


def _bracketed(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def find_doubts(settings: TokenServerSettings) -> list[str]:
    """Return what is allowed but will probably not work for people on other machines."""
    public = urlsplit(settings.link_base)
    if is_loopback(public.hostname or ""):
        return []
    doubts = []
    if public.scheme == "http":
        doubts.append(
            "browsers give camera and microphone only to https pages: put a TLS proxy in front "
            "and set PUBLIC_URL to its https address"
        )
    if is_loopback(urlsplit(settings.browser_media_url).hostname or ""):
        doubts.append(
            "browsers elsewhere cannot reach the media server at "
            f"{settings.browser_media_url}: set LIVEKIT_PUBLIC_URL"
        )
    return doubts
