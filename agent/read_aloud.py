"""Reads a text aloud while it is being written."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self

Say = Callable[[AsyncIterator[str]], Awaitable[bool]]
"""Reads parts of a text aloud as they come; False: nothing could speak, or not to the end."""


class ReadAloud:
    """One text on its way to everybody's ears. Use as an async context manager.

    On leaving it waits until the text is read, or cannot be; after an error it falls silent.
    """

    def __init__(self, say: Say | None) -> None:
        """Read by `say`; None: quietly, which is not at all."""
        self._say = say
        self._written = ""
        # As many parts as the text has changes: bounded by the length of an answer.
        self._parts: asyncio.Queue[str | None] = asyncio.Queue()
        self._tasks = asyncio.TaskGroup()
        self._reading: asyncio.Task[None] | None = None
        self.spoken = False
        """Whether the text was read, to its end."""

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        if self._say:
            self._reading = self._tasks.create_task(self._read(self._say), name="read aloud")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._parts.put_nowait(None)
        if kind and self._reading:
            self._reading.cancel()
        # Whoever is within has failed, not the reading: the error goes on as it is.
        await self._tasks.__aexit__(None, None, None)

    def write(self, text: str) -> None:
        """Take the text as far as it is written; what was read is not taken back."""
        if self._say and text.startswith(self._written) and text != self._written:
            self._parts.put_nowait(text[len(self._written) :])
            self._written = text

    async def _read(self, say: Say) -> None:
        self.spoken = await say(self._take())

    async def _take(self) -> AsyncIterator[str]:
        while (part := await self._parts.get()) is not None:
            yield part
