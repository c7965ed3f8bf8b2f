"""The Python environment of the pipecat bot: made on first use, from pinned packages.

pipecat's LiveKit transport wants another version of `livekit` than the worker has, so the two
cannot share an environment.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.rooms import NotInstalledError

LOCK: Final = Path("benchmarks/pipecat.requirements.lock")
_FOLDER: Final = Path(".cache/pipecat")
_INSTALL_SECONDS: Final = 900.0
_SHOWN_LINES: Final = 5
_SHOWN_PACKAGES: Final = ("pipecat-ai", "livekit", "onnxruntime", "pocketsphinx")


def require_python() -> Path:
    """Return the interpreter of the environment; make the environment if it is not there.

    Raises:
        NotInstalledError: it could not be made; the text says why.
    """
    # Not resolved: the link in the environment is what makes Python look there.
    python = _FOLDER.absolute() / "bin" / "python"
    stamp = _FOLDER / "lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        raise NotInstalledError("uv is not beside this Python: make setup")
    print("  installing pipecat into .cache/pipecat: once, 300 MB to 500 MB ...", flush=True)
    _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, _FOLDER])
    _run([uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", LOCK])
    stamp.write_text(wanted, encoding="utf-8")
    return python


def describe_packages() -> dict[str, str]:
    """Return the pinned versions of the packages that the figures depend on."""
    pins = (line.split()[0].split("==") for line in LOCK.open(encoding="utf-8") if "==" in line)
    return {name: version for name, version in pins if name in _SHOWN_PACKAGES}


def _run(command: list[str | Path]) -> None:
    environment = {"UV_SYSTEM_CERTS": "1"} | os.environ
    try:
        subprocess.run(
            command,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise _failure(f"took longer than {_INSTALL_SECONDS:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise _failure("\n".join(error.stdout.splitlines()[-_SHOWN_LINES:])) from None


def _failure(why: str) -> NotInstalledError:
    return NotInstalledError(
        "pipecat could not be installed, so nothing was measured beside it: look at the network "
        f"and run again\n{why}"
    )
