"""Debian's flite as a voice: a process for each sentence, some 50 ms on this machine."""

import asyncio
import shutil
import tempfile
import wave
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import Final

from agent.usage import Usage
from agent.voices.synthesizer import SAMPLE_RATE_HZ, SynthesisError

LONGEST_SECONDS: Final = 10.0
"""A sentence that takes longer is given up."""
_PIECE_FRAMES: Final = SAMPLE_RATE_HZ // 10


class FliteVoice:
    """Speaks on this machine; costs nothing."""

    name = "flite on the computer that runs Sidenote"

    def __init__(self, voice: str) -> None:
        self._voice = voice

    @staticmethod
    def is_installed() -> bool:
        """Tell whether flite is on the PATH."""
        return shutil.which("flite") is not None

    def estimate(self, sentence: str) -> Usage | None:
        return None

    async def speak(self, sentence: str) -> AsyncGenerator[bytes, None]:
        with tempfile.TemporaryDirectory(prefix="sidenote-voice-") as folder:
            file = Path(folder) / "sentence.wav"
            await self._run(sentence, file)
            pcm = await asyncio.to_thread(_read, file)
        for start in range(0, len(pcm), _PIECE_FRAMES * 2):
            yield pcm[start : start + _PIECE_FRAMES * 2]

    async def aclose(self) -> None:
        return None

    async def _run(self, sentence: str, file: Path) -> None:
        # The text goes in by a pipe: everybody on the machine may read a process's arguments.
        # The audio comes by a file: into a pipe flite writes a header and nothing behind it.
        try:
            process = await asyncio.create_subprocess_exec(
                *("flite", "-voice", self._voice, "-f", "/dev/stdin", "-o", str(file)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise SynthesisError(
                f"flite does not start ({error.strerror})", pause_seconds=600.0
            ) from None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await process.communicate(sentence.encode())
        except TimeoutError:
            raise SynthesisError("flite takes too long", pause_seconds=60.0) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            raise SynthesisError("flite failed", pause_seconds=60.0)


def _read(file: Path) -> bytes:
    try:
        with wave.open(str(file)) as audio:
            shape = audio.getnchannels(), audio.getsampwidth(), audio.getframerate()
            pcm: bytes = audio.readframes(audio.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise SynthesisError(
            f"flite wrote no audio ({type(error).__name__})", pause_seconds=60.0
        ) from None
    if shape != (1, 2, SAMPLE_RATE_HZ):
        raise SynthesisError(
            "this voice of flite does not speak at 16 kHz; set VOICE_FLITE to slt, rms or awb",
            pause_seconds=600.0,
        )
    return pcm
