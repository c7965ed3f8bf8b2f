"""What a figure was measured on."""

import importlib.metadata
import os
import platform
import subprocess
from typing import Any

import psutil

from stack.media_server import find_binary

_PACKAGES = ("livekit", "livekit-agents", "livekit-api", "pocketsphinx", "fastapi", "uvicorn")


def describe_machine() -> dict[str, Any]:
    """Return cores, memory, versions, and how busy the machine was before."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / (1 << 30), 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in _PACKAGES}
        | {"livekit-server": _media_server_version()},
        "load_average_before": [round(load, 2) for load in os.getloadavg()],
    }


def _media_server_version() -> str:
    binary = find_binary()
    if binary is None:
        return "of somebody else (LIVEKIT_URL)"
    printed = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    return printed.stdout.split()[-1]
