"""Looks at a recording before anybody works on it, in a process of its own with narrow limits.

What reads media has had holes in it, and what is uploaded may be made to find them: the process
gets no settings, little memory, no right to write, and a time limit.

That protects the token server, from the whole container and from the decoder's first packets
(`look.TRIED_PACKETS`). It does not protect the worker: the job that transcribes a recording decodes
all of it in its own process, which has the worker's settings and rights. A packet behind the first
ones that finds a hole finds it there.
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from records.recordings.kinds import RecordingError

LONGEST_SECONDS: Final = 180.0
"""Of a look; 2 GiB from a slow disk take most of it."""
_ENVIRONMENT: Final = {"PYTHONPATH": str(Path(__file__).parents[2])}
"""All that the process is told: no key, no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFacts:
    """What a recording holds."""

    kind: str
    """wav, mp3, mp4, ..."""
    codec: str
    """As FFmpeg calls it."""
    seconds: float
    channels: int
    rate_hz: int


async def check_recording(path: Path, *, most_seconds: float) -> RecordingFacts:
    """Return what a file holds.

    A look that is cancelled ends its process.

    Args:
        path: of a file on this machine, from the root or from the working directory.
        most_seconds: a longer recording is refused.

    Raises:
        RecordingError: it cannot be taken.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "records.recordings",
        str(path),
        str(most_seconds),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_ENVIRONMENT,
    )
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            told, _ = await process.communicate()
    except TimeoutError:
        raise _given_up(f"takes longer than {LONGEST_SECONDS:.0f} s to look at") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise _given_up("breaks off what reads it")
    return _read(json.loads(told))


def _read(answer: dict[str, Any]) -> RecordingFacts:
    if refusal := answer.get("refused"):
        raise RecordingError(**refusal)
    return RecordingFacts(**answer["facts"])


def _given_up(detail: str) -> RecordingError:
    return RecordingError(
        "unreadable", detail, "convert it (`ffmpeg -i FILE sound.flac`) and upload the result"
    )


def write(outcome: RecordingFacts | RecordingError) -> str:
    """Return the line that the process answers with."""
    if isinstance(outcome, RecordingFacts):
        return json.dumps({"facts": asdict(outcome)})
    refusal = {"fault": outcome.fault, "detail": outcome.detail, "remedy": outcome.remedy}
    return json.dumps({"refused": refusal})
