"""One process of the stack: starts it, passes on what it prints, stops it by its own id."""

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

LineSink = Callable[[str, str], None]
"""Takes the name of a part and a line that it printed."""

_LAST_LINES: Final = 15
_OUTPUT_SECONDS: Final = 5.0


class PartError(Exception):
    """A part did not start, or ended when it should not; the text holds its last lines."""


class Part:
    """A running process and its output. Make one with `start`, end it with `stop`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, on_line: LineSink) -> None:
        self.name = name
        self._process = process
        self._on_line = on_line
        self._command: Sequence[str] = ()
        self._env: dict[str, str] = {}
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        # Owned by the part: `stop` and `wait` await it.
        self._output = asyncio.get_running_loop().create_task(self._read(), name=f"{name} output")

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, env: dict[str, str], on_line: LineSink
    ) -> "Part":
        """Start a process in a session of its own, so that Ctrl-C reaches only its owner."""
        part = cls(name, await _spawn(command, env), on_line)
        part._command, part._env = command, env
        return part

    async def restart(self) -> None:
        """Start the same command again, in place of a process that has ended or is ended now.

        Raises:
            PartError: the part was not made with `start`.
        """
        if not self._command:
            raise PartError(f"{self.name} cannot be started again: its command is not known")
        await self.stop()
        self._process = await _spawn(self._command, self._env)
        self._output = asyncio.get_running_loop().create_task(
            self._read(), name=f"{self.name} output"
        )

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
        code = await self._process.wait()
        await self._output
        return code

    def failure(self, what: str) -> PartError:
        """Return an error that tells what happened and what the part printed last."""
        code = self._process.returncode
        state = f" (exit code {code})" if code is not None else ""
        printed = "\n".join(f"    {line}" for line in self._last_lines) or "    (nothing)"
        return PartError(f"{self.name} {what}{state}; its last lines:\n{printed}")

    async def stop(self, *, grace_seconds: float = 10.0) -> None:
        """Ask the process to end, insist, and after the grace time kill it."""
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
        # What the process started may outlive it for a moment and hold its output open.
        with suppress(TimeoutError):
            async with asyncio.timeout(_OUTPUT_SECONDS):
                await self._output

    def kill(self) -> None:
        """Kill the process at once, as a crash would."""
        self._process.kill()

    async def _read(self) -> None:
        output = self._process.stdout
        while output:
            try:
                line = await output.readline()
            except ValueError:
                continue  # a line longer than the limit; the rest of it follows
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            self._last_lines.append(text)
            self._on_line(self.name, text)


async def _spawn(command: Sequence[str], env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=1 << 20,
    )
