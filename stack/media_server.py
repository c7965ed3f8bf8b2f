"""The media server: which binary, which settings."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from stack.part import PartError
from stack.ports import find_free_port, find_free_udp_range

BUILT_BINARY: Final = Path(".cache/bin/livekit-server")
SETTINGS_FILE: Final = Path("livekit.yaml")
MEDIA_PORTS: Final = 200
"""Two for each participant."""
WEBHOOK_PATH: Final = "/webhooks/livekit"
"""Where a token server takes events."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the media server sends its events, and which key signs them."""

    url: str
    api_key: str
    """Name of the key pair; the secret is not written anywhere."""


def find_binary() -> Path | None:
    """Return the livekit-server to run: one on PATH, else the one that `make setup` built."""
    on_path = shutil.which("livekit-server")
    if on_path:
        return Path(on_path)
    return BUILT_BINARY if os.access(BUILT_BINARY, os.X_OK) else None


def require_binary() -> Path:
    """Return the livekit-server to run.

    Raises:
        PartError: there is none.
    """
    binary = find_binary()
    if binary is None:
        raise PartError("there is no livekit-server; `make setup` builds it (about 100 s, once)")
    return binary


def write_settings(
    folder: Path, port: int | None = None, *, webhook: Webhook | None = None
) -> tuple[Path, int]:
    """Write the settings for one run, on ports that are free; return the file and the port.

    Everything but the ports and the webhook is as `livekit.yaml` says.
    """
    settings: dict[str, Any] = yaml.safe_load(SETTINGS_FILE.read_text(encoding="utf-8"))
    settings["port"] = find_free_port(port)
    first, last = find_free_udp_range(MEDIA_PORTS)
    settings["rtc"] |= {"port_range_start": first, "port_range_end": last}
    if webhook:
        settings["webhook"] = {"api_key": webhook.api_key, "urls": [webhook.url]}
    path = folder / "livekit.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path, settings["port"]
