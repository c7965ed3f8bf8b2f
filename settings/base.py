"""Reads settings from the environment and from `.env`, once per process, and says what is wrong."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

ENV_FILE_VARIABLE: Final = "SIDENOTE_ENV_FILE"
"""Names another file than `.env` in the working directory."""

_SECRET_LENGTH: Final = 32
# What the documentation of LiveKit and its examples use: public, so no secret at all.
_WELL_KNOWN_SECRETS: Final = frozenset(
    {"secret", "devsecret", "devsecret_devsecret_devsecret_0123456789"}
)
_WELL_KNOWN_KEYS: Final = frozenset({"devkey"})


class SettingsError(Exception):
    """A setting is missing or wrong; the text names each one and what to do."""


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine only."""
    if host in {"localhost", "ip6-localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _server_url(url: str) -> str:
    msg = "is not an address like ws://127.0.0.1:7880 or wss://example.livekit.cloud"
    try:
        parts = urlsplit(url)
        port = parts.port  # reading an impossible one raises
    except ValueError:
        raise ValueError(msg) from None
    if parts.scheme not in {"ws", "wss", "http", "https"} or not parts.hostname or port == 0:
        raise ValueError(msg)
    return url.rstrip("/")


def http_address(url: str | None) -> str | None:
    """Return an HTTP address without a slash at its end; raises `ValueError` on anything else."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is not an address like http://127.0.0.1:8000/v1")
    return url.rstrip("/")


class LiveKitSettings(BaseSettings):
    """Where the media server is, and the key pair that it shares with us."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    livekit_url: Annotated[str, AfterValidator(_server_url)] = "ws://127.0.0.1:7880"
    """Address of the media server."""
    livekit_api_key: str
    """Name of the key pair."""
    livekit_api_secret: SecretStr
    """Its secret, at least 32 characters."""

    @model_validator(mode="after")
    def _refuse_weak_keys(self) -> "LiveKitSettings":
        secret = self.livekit_api_secret.get_secret_value()
        if len(secret) < _SECRET_LENGTH or secret.lower() in _WELL_KNOWN_SECRETS:
            msg = (
                f"LIVEKIT_API_SECRET has {len(secret)} characters or is a well-known one; "
                f"use at least {_SECRET_LENGTH} random characters (`make setup` writes some "
                "into .env), the same in the media server's `keys`"
            )
            raise ValueError(msg)
        host = urlsplit(self.livekit_url).hostname or ""
        if self.livekit_api_key in _WELL_KNOWN_KEYS and not is_loopback(host):
            msg = (
                f"LIVEKIT_API_KEY is the well-known {self.livekit_api_key!r} and LIVEKIT_URL is "
                "not on this machine; make a key of your own on the media server"
            )
            raise ValueError(msg)
        return self

    @property
    def api_secret(self) -> str:
        """The secret in clear, for signing only."""
        return self.livekit_api_secret.get_secret_value()


class StoreSettings(BaseSettings):
    """Where the records are kept."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///data/sidenote.db"
    """SQLAlchemy address; worker and token server must share it."""
    waiting_folder: Path = Path("data/waiting")
    """Where finals wait while the store is away; each worker's own, on a disk that stays."""


SettingsType = TypeVar("SettingsType", bound=BaseSettings)


def load_settings(settings_class: type[SettingsType]) -> SettingsType:
    """Read settings from the environment, then from `.env`.

    Raises:
        SettingsError: the file cannot be read, or a setting is missing or wrong.
    """
    path = Path(os.environ.get(ENV_FILE_VARIABLE, ".env"))
    check_env_file(path)
    try:
        return settings_class(_env_file=path)
    except ValidationError as error:
        raise SettingsError(_explain(error, path)) from None
    except SourceError as error:
        raise SettingsError(f"{path} or the environment: {error}") from None


def check_env_file(path: Path) -> None:
    """Make sure that `.env`, if there is one, can be read.

    Raises:
        SettingsError: it is a folder, closed to this user, or not text.
    """
    remedy = "mend or remove it; .env.example shows what it may hold, `make setup` writes a new one"
    try:
        path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text (byte {error.start}); {remedy}") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}); {remedy}") from None


def _explain(error: ValidationError, path: Path) -> str:
    lines = ["settings are missing or wrong:"]
    for problem in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in problem["loc"]).upper()
        if problem["type"] == "missing":
            lines.append(
                f"  {name} is not set; put it into {path} or the environment "
                "(`make setup` writes one for a media server of your own)"
            )
        else:
            text = problem["msg"].removeprefix("Value error, ")
            lines.append(f"  {name} {text}" if name else f"  {text}")
    return "\n".join(lines)
