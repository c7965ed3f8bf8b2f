"""What an emulated speech service hears: text by pocketsphinx, or words given beforehand."""

import asyncio
import base64
import json
import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Protocol, Self

SAMPLE_RATE_HZ: Final = 16000
BYTES_PER_SECOND: Final = SAMPLE_RATE_HZ * 2
_PIECE_BYTES: Final = BYTES_PER_SECOND // 2
"""Half a second: what one speaker's audio may take before the next one's turn."""

_MADE_TEXT: Final = (
    "we would like to see how your team plans the next quarter before anybody signs and then "
    "look at what it costs them today with numbers that finance can follow without help"
)
MADE_WORDS: Final = tuple(_MADE_TEXT.split())
MADE_WORDS_PER_SECOND: Final = 2.5


@dataclass(slots=True)
class Voice:
    """One speaker, for as long as a connection lasts."""

    cmn: str | None = None
    """Cepstral means of the voice, taught by each segment to the next; None: not heard yet."""
    segments: int = 0
    """Segments heard so far."""
    is_recorded: bool = False
    """Whether a segment is all there before any of it is recognized."""


class Hearing(Protocol):
    """One segment under recognition."""

    async def push(self, pcm: bytes) -> str:
        """Add mono 16-bit PCM at 16 kHz; return the text so far."""

    async def end(self) -> str:
        """Return the text of the whole segment."""

    async def cancel(self) -> None:
        """Forget the segment."""


class Recognizer(Protocol):
    """Turns audio into text, for any number of speakers."""

    def open_segment(self, voice: Voice) -> Hearing:
        """Begin a segment of a speaker."""


async def transcribe(recognizer: Recognizer, pcm: bytes) -> str:
    """Return the text of a whole recording."""
    hearing = recognizer.open_segment(Voice(is_recorded=True))
    for start in range(0, len(pcm), _PIECE_BYTES):
        await hearing.push(pcm[start : start + _PIECE_BYTES])
    return await hearing.end()


class Answers:
    """Answers at once, without a model: the words given, then words made from the length."""

    def __init__(self, answers: Iterable[str] = ()) -> None:
        self.answers = deque(answers)
        """One text for each segment that ends, in the order in which they end."""

    def open_segment(self, voice: Voice) -> Hearing:
        voice.segments += 1
        return _Answer(self.answers, voice.segments)


class _Answer:
    def __init__(self, answers: deque[str], number: int) -> None:
        self._answers = answers
        self._number = number
        self._bytes = 0

    async def push(self, pcm: bytes) -> str:
        self._bytes += len(pcm)
        words = self._answers[0].split() if self._answers else self._made()
        return " ".join(words[: int(self._bytes / BYTES_PER_SECOND * MADE_WORDS_PER_SECOND)])

    async def end(self) -> str:
        return self._answers.popleft() if self._answers else " ".join(self._made())

    async def cancel(self) -> None:
        return None

    def _made(self) -> list[str]:
        count = round(self._bytes / BYTES_PER_SECOND * MADE_WORDS_PER_SECOND)
        # Each segment begins elsewhere, so that no two neighbours read alike.
        first = self._number * 7
        return [MADE_WORDS[(first + word) % len(MADE_WORDS)] for word in range(count)]


class RecognitionError(Exception):
    """The recognizer process has ended."""


class PocketSphinx:
    """Recognizes in processes of its own; they end with this one, however it ends."""

    def __init__(self, processes: int = 1) -> None:
        self._count = processes
        self._processes: list[_Process] = []

    async def __aenter__(self) -> Self:
        for _ in range(self._count):
            process = _Process(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "lab.emulators.recognizer_process",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                )
            )
            self._processes.append(process)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in self._processes:
            await process.aclose()

    def open_segment(self, voice: Voice) -> Hearing:
        process = min(self._processes, key=lambda one: one.open_segments)
        return _Decode(process, voice)


class _Process:
    """Asks one recognizer process; its answers come in the order of the questions."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self._segments = 0
        self._unread = 0
        """Answers under way; those of questions whose asker was cancelled are passed over."""
        self.open_segments = 0

    def next_segment(self) -> int:
        self._segments += 1
        self.open_segments += 1
        return self._segments

    async def ask(self, **question: object) -> dict[str, Any]:
        """Return the answer of the recognizer."""
        if not self._process.stdin or not self._process.stdout:
            raise RecognitionError("the recognizer process has no pipes")
        async with self._turn:
            try:
                self._process.stdin.write(json.dumps(question).encode() + b"\n")
                self._unread += 1
                await self._process.stdin.drain()
                line = b""
                while self._unread:
                    line = await self._process.stdout.readline()
                    self._unread -= 1
            except ConnectionError as error:
                raise RecognitionError("the recognizer process has ended") from error
        if not line:
            raise RecognitionError("the recognizer process has ended")
        return dict(json.loads(line))

    async def aclose(self) -> None:
        async with self._turn:
            if self._process.stdin:
                self._process.stdin.close()
            await self._process.wait()


class _Decode:
    def __init__(self, process: _Process, voice: Voice) -> None:
        self._process = process
        self._voice = voice
        self._number = process.next_segment()
        self._recorded = bytearray()
        voice.segments += 1

    async def push(self, pcm: bytes) -> str:
        if self._voice.is_recorded:
            self._recorded += pcm
            return ""
        return str((await self._ask(pcm, end=False))["text"])

    async def end(self) -> str:
        answer = await self._ask(bytes(self._recorded), end=True)
        self._process.open_segments -= 1
        self._voice.cmn = answer["cmn"]
        return str(answer["text"])

    async def cancel(self) -> None:
        await self.end()

    async def _ask(self, pcm: bytes, *, end: bool) -> dict[str, Any]:
        return await self._process.ask(
            segment=self._number,
            cmn=self._voice.cmn,
            audio=base64.b64encode(pcm).decode(),
            whole=self._voice.is_recorded,
            end=end,
        )
