"""Recognizer processes as the agent sees them: open a segment, push audio, await the final.

A process that dies is replaced, and the audio it had not answered is sent again.
"""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from agent.stt.forked import can_fork, fork_recognizer
from agent.stt.framing import Kind, Message, MessageBuffer, with_json

logger = logging.getLogger("sidenote.recognizer")

LONGEST_PAUSE_SECONDS: Final = 5.0
"""Pause before yet another process when one after the other ends while it loads its models."""
ATTEMPTS: Final = 3
"""How often the audio of a segment is sent before its recognition is given up."""


Words = Mapping[str, Sequence[str]]
"""Words as they are to be written, each with the ways to say it: "S EY L Z F AO R S"."""


class RecognizerError(Exception):
    """A segment could not be recognized, however often it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """What a recognizer heard in a segment."""

    text: str
    """Empty when there was nothing to hear."""
    cmn: str
    """Cepstral means of the speaker's voice and microphone; hand them to the next segment."""
    decode_seconds: float
    """Time that the decoder computed."""


@dataclass(slots=True, eq=False)
class SegmentDecode:
    """One segment under recognition; made by `RecognizerPool.open_segment`."""

    number: int
    cmn: str | None
    on_interim: Callable[[str], None]
    final: asyncio.Future[Recognized]
    audio: list[bytes] = field(default_factory=list)
    """Everything pushed so far, kept until the final is there."""
    ended: bool = False
    attempts: int = 0
    process: "_Process | None" = None

    def push(self, pcm: bytes) -> None:
        """Add mono 16-bit PCM at 16 kHz."""
        self.audio.append(pcm)
        if self.process:
            self.process.send(Message(Kind.AUDIO, self.number, pcm))

    def end(self) -> None:
        """Say that the segment is over; `final` is set soon after."""
        self.ended = True
        if self.process:
            self.process.send(Message(Kind.END, self.number))

    def cancel(self) -> None:
        """Forget the segment."""
        if self.process:
            self.process.send(Message(Kind.CANCEL, self.number))
            self.process.segments.pop(self.number, None)
            self.process = None
        self.audio.clear()
        self.final.cancel()


class _Process:
    """One recognizer process and the segments it is at."""

    def __init__(self, words: Words) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._child = None if fork_recognizer(theirs) else _start(theirs)
        self.pid = self._child.pid if self._child else None
        """Process id, for measurements; None: it was forked elsewhere, and has not told yet."""
        self._writer: asyncio.StreamWriter | None = None
        self.ready = False
        """Whether its models are loaded."""
        self.segments: dict[int, SegmentDecode] = {}
        self._words = words

    async def attach(self) -> asyncio.StreamReader:
        """Connect the process to the running event loop."""
        reader, self._writer = await asyncio.open_connection(sock=self._socket)
        self.send_words()
        for segment in self.segments.values():
            self._replay(segment)
        return reader

    def send_words(self) -> None:
        """Tell the process which words to expect, if it can be told yet."""
        if self._words:
            self.send(with_json(Kind.WORDS, 0, words=self._words))

    def take(self, segment: SegmentDecode) -> None:
        """Make this process recognize a segment, from its beginning."""
        segment.process = self
        segment.attempts += 1
        self.segments[segment.number] = segment
        if self._writer:
            self._replay(segment)

    def _replay(self, segment: SegmentDecode) -> None:
        self.send(with_json(Kind.START, segment.number, cmn=segment.cmn))
        for pcm in segment.audio:
            self.send(Message(Kind.AUDIO, segment.number, pcm))
        if segment.ended:
            self.send(Message(Kind.END, segment.number))

    def send(self, message: Message) -> None:
        """Send a message; before `attach` and after the process died it is replayed instead."""
        if self._writer and not self._writer.is_closing():
            self._writer.write(message.encode())

    def receive(self, message: Message) -> None:
        """Hand an interim or a final to its segment."""
        self.ready = True
        if message.kind is Kind.READY:
            self.pid = message.json()["pid"]
        segment = self.segments.get(message.segment)
        if segment is None:
            return
        if message.kind is Kind.INTERIM:
            segment.on_interim(message.body.decode())
        elif message.kind is Kind.FINAL:
            del self.segments[message.segment]
            segment.process = None
            segment.audio.clear()
            if not segment.final.done():
                segment.final.set_result(Recognized(**message.json()))

    def kill(self) -> None:
        """End the process; it holds nothing that is worth a farewell."""
        if self._child:
            self._child.kill()
        else:
            with suppress(OSError):  # it has ended already
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the process and close the connection; safe to call twice."""
        if self._writer:
            self._writer.close()
        else:
            self._socket.close()
        if self._child:
            self._child.kill()
            self._child.wait()


def _start(connection: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "agent.stt.pocketsphinx_process", str(connection.fileno())],
        pass_fds=[connection.fileno()],
        stdin=subprocess.DEVNULL,
    )


class RecognizerPool:
    """Up to `size` recognizer processes, shared by the streams of one agent process.

    Use as an async context manager. `prewarm` may be called before, without an event loop, so
    that the models are loaded when the call begins.

    The processes are forked from one that has the models, where there is one; see `forked`.
    """

    def __init__(self, size: int | None = None) -> None:
        self._size = size or max(1, os.cpu_count() or 1)
        self._processes: list[_Process] = []
        self._tasks = asyncio.TaskGroup()
        self._open = False
        self._words: dict[str, list[str]] = {}
        self._next_number = 0
        self._failed_starts = 0
        self.restarts = 0
        """How many processes died and were replaced."""

    def prewarm(self) -> None:
        """Start the first process, unless it can be forked in a moment when it is needed."""
        if not self._processes and not can_fork():
            self._processes.append(_Process(self._words))

    def expect(self, words: Words) -> None:
        """Expect these words in all that is heard: names that the recognizer does not know.

        What is being decoded is decoded without them.

        Args:
            words: as they are to be written, each with the ways to say it.
        """
        # All processes share this mapping: those that begin later are told of it when they do.
        self._words |= {word: list(ways) for word, ways in words.items()}
        for process in self._processes:
            process.send_words()

    async def __aenter__(self) -> "RecognizerPool":
        await self._tasks.__aenter__()
        self._open = True
        if not self._processes:
            self._processes.append(_Process(self._words))
        for process in self._processes:
            self._tasks.create_task(self._serve(process), name="recognizer")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        for process in self._processes:
            process.kill()  # its reader sees the end of the file, and closes the connection
        await self._tasks.__aexit__(None, None, None)

    @property
    def pids(self) -> list[int]:
        """Process ids of the recognizers that run now, as far as they are known."""
        return [process.pid for process in self._processes if process.pid is not None]

    @property
    def process_count(self) -> int:
        """How many processes recognize."""
        return len(self._processes)

    def reserve(self, speakers: int) -> None:
        """Have a process for each of so many speakers, as far as the pool's size allows."""
        while len(self._processes) < min(self._size, speakers):
            process = _Process(self._words)
            self._processes.append(process)
            self._tasks.create_task(self._serve(process), name="recognizer")

    def open_segment(self, cmn: str | None, on_interim: Callable[[str], None]) -> SegmentDecode:
        """Begin to recognize a segment on the process with the least to do."""
        self._next_number = (self._next_number + 1) & 0xFFFFFFFF
        final: asyncio.Future[Recognized] = asyncio.get_running_loop().create_future()
        segment = SegmentDecode(self._next_number, cmn, on_interim, final)
        self._least_busy().take(segment)
        return segment

    def _least_busy(self) -> _Process:
        return min(self._processes, key=lambda process: len(process.segments))

    async def _serve(self, process: _Process) -> None:
        """Read what a process answers; when it dies, replace it and send its segments again."""
        received = MessageBuffer()
        try:
            reader = await process.attach()
            while answer := await reader.read(1 << 16):
                for message in received.feed(answer):
                    process.receive(message)
        except ConnectionError:
            pass  # the same as an end of file: the process is gone
        finally:
            process.close()
        self._failed_starts = 0 if process.ready else self._failed_starts + 1
        if self._open and self._failed_starts > 1:
            # Something is wrong with every process: do not burn the machine with new ones.
            await asyncio.sleep(min(0.1 * 2**self._failed_starts, LONGEST_PAUSE_SECONDS))
        if self._open:
            self._replace(process)

    def _replace(self, dead: _Process) -> None:
        logger.warning("a recognizer process ended and is replaced", extra={"pid": dead.pid})
        self.restarts += 1
        fresh = _Process(self._words)
        self._processes[self._processes.index(dead)] = fresh
        for segment in dead.segments.values():
            if segment.attempts < ATTEMPTS:
                fresh.take(segment)
            elif not segment.final.done():
                segment.process = None
                segment.final.set_exception(
                    RecognizerError(f"the recognizer ended {ATTEMPTS} times on one segment")
                )
        self._tasks.create_task(self._serve(fresh), name="recognizer")
