"""One process of the stack: starts it, passes on what it prints, stops it by its own id."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

LineSink = Callable[[str, str], None]
"""Takes the name of a part and a line that it printed."""

_LAST_LINES: Final = 15
_OUTPUT_SECONDS: Final = 5.0
_GRACE_SECONDS: Final = 10.0


class PartError(Exception):
    """A part did not start, or ended when it should not; the text holds its last lines."""


class Part:
    """A process and its output, which may run several times. Make it with `start`."""

    def __init__(
        self, name: str, command: Sequence[str], env: dict[str, str], on_line: LineSink
    ) -> None:
        self.name = name
        self._command = command
        self._env = env
        self._on_line = on_line
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._outputs: list[_Output] = []
        """Of this run, and of earlier ones as long as somebody holds them open."""

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, env: dict[str, str], on_line: LineSink
    ) -> "Part":
        """Start a process in a session of its own, so that Ctrl-C reaches only its owner."""
        part = cls(name, command, env, on_line)
        await part._begin()
        return part

    async def restart(self) -> None:
        """Start the same command again, in place of a process that has ended or is ended now."""
        await self._end(_GRACE_SECONDS)
        # What the old process has started may live on for a moment; the new one does not wait.
        self._outputs = [output for output in self._outputs if not output.is_over]
        await self._begin()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Wait until the process has ended; return its exit code."""
        return await self._process.wait()

    async def wait_for_output(self) -> None:
        """Wait until the process has ended, and for a while until what it printed is passed on."""
        await self._process.wait()
        await self._outputs[-1].wait(_OUTPUT_SECONDS)

    def failure(self, what: str) -> PartError:
        """Return an error that tells what happened and what the part printed last."""
        code = self._process.returncode
        state = f" (exit code {code})" if code is not None else ""
        printed = "\n".join(f"    {line}" for line in self._last_lines) or "    (nothing)"
        return PartError(f"{self.name} {what}{state}; its last lines:\n{printed}")

    async def stop(self, *, grace_seconds: float = _GRACE_SECONDS) -> None:
        """Ask the process to end, insist, and after the grace time kill it."""
        await self._end(grace_seconds)
        # What the process started may outlive it for a moment and hold its output open.
        for output in self._outputs:
            await output.close(_OUTPUT_SECONDS)
        self._outputs = []

    def kill(self) -> None:
        """Kill the process at once, as a crash would."""
        self._process.kill()

    async def _begin(self) -> None:
        self._process, output = await _spawn(self._command, self._env, self._take)
        self._outputs.append(output)

    async def _end(self, grace_seconds: float) -> None:
        # livekit-server waits for its rooms to empty after a first signal, not after a second.
        for number, patience in (
            (signal.SIGTERM, grace_seconds),
            (signal.SIGTERM, 2.0),
            (signal.SIGKILL, 5.0),
        ):
            if not self.is_running:
                break
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._process.wait()

    def _take(self, line: str) -> None:
        self._last_lines.append(line)
        self._on_line(self.name, line)


class _Output:
    """What one run of a process prints, and what it has started."""

    def __init__(self, reader: asyncio.StreamReader, pipe: asyncio.ReadTransport) -> None:
        self._reader = reader
        self._pipe = pipe

    def begin(self, take: Callable[[str], None]) -> None:
        """Pass the lines on. The task belongs to the part: `close` ends it."""
        loop = asyncio.get_running_loop()
        self._reading = loop.create_task(self._read(take), name="output of a part")

    @property
    def is_over(self) -> bool:
        """Whether nobody can print here any more."""
        return self._reading.done()

    async def wait(self, patience_seconds: float) -> None:
        """Wait for the end, but no longer than told."""
        await asyncio.wait({self._reading}, timeout=patience_seconds)

    async def close(self, patience_seconds: float) -> None:
        """Wait for the end for a while, then read no further."""
        await self.wait(patience_seconds)
        self._reading.cancel()
        await asyncio.wait({self._reading})
        self._pipe.close()

    async def _read(self, take: Callable[[str], None]) -> None:
        while True:
            try:
                line = await self._reader.readline()
            except ValueError:
                continue  # a line longer than the limit; the rest of it follows
            if not line:
                self._pipe.close()
                return
            take(line.decode(errors="replace").rstrip())


async def _spawn(
    command: Sequence[str], env: dict[str, str], take: Callable[[str], None]
) -> tuple[asyncio.subprocess.Process, _Output]:
    # A pipe of our own: asyncio takes a process for running as long as one of its own is open, and
    # what a killed process has started may hold it open for seconds.
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader(limit=1 << 20)
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb")
    )
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=write_end,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except BaseException:
        pipe.close()
        raise
    finally:
        os.close(write_end)
    output = _Output(reader, pipe)
    output.begin(take)
    return process, output
