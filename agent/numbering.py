"""Numbers what the hosts are told, and keeps it in the store before it is sent.

Talking points, tasks and answers share one count, so that a host who was away can say with one
number what it has, and `agent.catch_up` what it missed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from pydantic import BaseModel

from agent.outbox import Outbox
from records import StoreUnavailableError

logger = logging.getLogger("sidenote.numbering")

Message = TypeVar("Message", bound=BaseModel)
Keep = Callable[[], Awaitable[object]]

RETRY_SECONDS: Final = 1.0
LAST_TRIES: Final = 20
"""How often the end of a call tries to write what waits."""
WAITING_MESSAGES: Final = 5_000
"""More than a long call has; with more waiting for a store that is away, the oldest is given up."""


@dataclass(frozen=True, slots=True)
class _Unnumbered:
    topic: str
    item_id: str
    number: Callable[[int], tuple[BaseModel, Keep]]
    rests_on: frozenset[str]


class Numbering:
    """The numbered messages of one meeting, from the push to the store and out.

    A version that is replaced while it waits gets no number. While the store is away, messages go
    out all the same, and wait here until it is back: the newest version of each.
    """

    def __init__(
        self, last_sequence: int, send: Callable[[str, BaseModel], Awaitable[None]]
    ) -> None:
        """Count on.

        Args:
            last_sequence: highest number that the meeting has given out.
            send: brings a message to the hosts; takes topic and message.
        """
        self.last_sequence = last_sequence
        self._send = send
        self._outbox: Outbox[_Unnumbered] = Outbox(self._keep_and_send)
        self._unkept: dict[str, tuple[_Unnumbered, Keep]] = {}
        self._writing = asyncio.Lock()
        """Held by whoever writes to the store or changes what waits for it."""

    def push(
        self,
        topic: str,
        item_id: str,
        make: Callable[[int], Message],
        keep: Callable[[Message], Awaitable[object]],
        rests_on: frozenset[str],
    ) -> None:
        """See `Publisher.publish_numbered`."""

        def number(sequence: int) -> tuple[BaseModel, Keep]:
            message = make(sequence)
            return message, partial(keep, message)

        self._outbox.push(f"{topic} {item_id}", _Unnumbered(topic, item_id, number, rests_on))

    def end_input(self) -> None:
        """Let `run` return when everything is sent and kept."""
        self._outbox.end_input()

    async def run(self) -> None:
        """Number, keep and send until `end_input`; then write what waits for the store."""
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._write_as_soon_as_possible(), name="unkept messages")
            await self._outbox.run()
            writing.cancel()
        for _ in range(LAST_TRIES):
            if await self.write_waiting():
                return
            await asyncio.sleep(RETRY_SECONDS)
        logger.error(
            "the store did not come back before the end of the call; messages are lost",
            extra={"messages": len(self._unkept)},
        )

    async def write_waiting(self) -> bool:
        """Write what waits for the store; False if the store is still away."""
        while self._unkept:
            async with self._writing:
                if not self._unkept:
                    break
                key, (_, keep) = next(iter(self._unkept.items()))
                if not await _is_kept(keep):
                    return False
                del self._unkept[key]
        return True

    async def erase_speaker(self, identity: str) -> None:
        """Drop what rests on a participant's words; none of it is under way on return."""
        await self._outbox.discard(lambda item: identity in item.rests_on)
        async with self._writing:
            self._unkept = {
                key: waiting
                for key, waiting in self._unkept.items()
                if identity not in waiting[0].rests_on
            }

    async def _write_as_soon_as_possible(self) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            await self.write_waiting()

    async def _keep_and_send(self, item: _Unnumbered) -> None:
        self.last_sequence += 1
        message, keep = item.number(self.last_sequence)
        async with self._writing:
            # Behind others that wait for the store, not past them: its numbers stay in order.
            if self._unkept or not await _is_kept(keep):
                self._wait(item, keep)
        await self._send(item.topic, message)

    def _wait(self, item: _Unnumbered, keep: Keep) -> None:
        key = f"{item.topic} {item.item_id}"
        self._unkept.pop(key, None)
        if len(self._unkept) >= WAITING_MESSAGES:
            del self._unkept[next(iter(self._unkept))]
            logger.error("too many messages wait for the store; the oldest is given up")
        self._unkept[key] = (item, keep)


async def _is_kept(keep: Keep) -> bool:
    try:
        await keep()
    except StoreUnavailableError as error:
        logger.error("a message to hosts is not in the store yet", extra={"error": str(error)})
        return False
    return True
