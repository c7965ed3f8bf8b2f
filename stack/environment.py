"""What the parts read from the environment, and the `.env` that the first set-up writes."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from settings.base import ENV_FILE_VARIABLE, SettingsError, check_env_file

EXAMPLE: Final = Path(__file__).parents[1] / ".env.example"
"""Names every setting; tests/stack/test_environment.py sees to that."""
_SETTING: Final = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
_READ_BY_LIBRARIES: Final = ("OPENAI_", "ELEVEN")
"""Variables that providers' libraries look for themselves begin so."""


def env_file() -> Path:
    """Return the path of the `.env` in force."""
    return Path(os.environ.get(ENV_FILE_VARIABLE, ".env"))


def read_environment() -> dict[str, str]:
    """Return the environment, with `.env` for what it does not set.

    Raises:
        SettingsError: `.env` cannot be read.
    """
    path = env_file()
    check_env_file(path)
    from_file = {key: value for key, value in dotenv_values(path).items() if value}
    return from_file | {key: value for key, value in os.environ.items() if value}


def without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what an environment holds beside settings and providers' keys."""
    settings = set(_SETTING.findall(EXAMPLE.read_text(encoding="utf-8")))
    return {
        name: value
        for name, value in environment.items()
        if name.upper() not in settings and not name.upper().startswith(_READ_BY_LIBRARIES)
    }


def ensure_keys() -> bool:
    """Make sure that there is a key pair for the media server; True if one was made.

    A new pair goes into `.env`, readable by its owner only; what stands there stays.
    """
    environment = read_environment()
    if "LIVEKIT_API_KEY" in environment and "LIVEKIT_API_SECRET" in environment:
        return False
    if "LIVEKIT_URL" in environment:
        raise SettingsError(
            "LIVEKIT_URL names another media server, so LIVEKIT_API_KEY and LIVEKIT_API_SECRET "
            f"must be that server's: put them into {env_file()} or the environment"
        )
    path = env_file()
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    pair = (
        ("\n" if before and not before.endswith("\n") else "")
        + "# Key pair of the media server on this machine, made at the first set-up.\n"
        f"LIVEKIT_API_KEY=key{secrets.token_hex(6)}\n"
        f"LIVEKIT_API_SECRET={secrets.token_urlsafe(32)}\n"
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)  # a file that was there may have been open to others
        file.write(pair)
    return True
