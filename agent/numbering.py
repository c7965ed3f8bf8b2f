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
from agent.retry import keep_trying, try_for_a_while
from records import RecordRefusedError, StoreUnavailableError

logger = logging.getLogger("sidenote.numbering")

Message = TypeVar("Message", bound=BaseModel)
Keep = Callable[[], Awaitable[object]]

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
            writing = tasks.create_task(keep_trying(self.write_waiting), name="unkept messages")
            await self._outbox.run()
            writing.cancel()
        if not await try_for_a_while(self.write_waiting):
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
                key, (item, keep) = next(iter(self._unkept.items()))
                if not await _is_settled(item, keep):
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

    async def _keep_and_send(self, item: _Unnumbered) -> None:
        self.last_sequence += 1
        message, keep = item.number(self.last_sequence)
        async with self._writing:
            # Behind others that wait for the store, not past them: its numbers stay in order.
            if self._unkept or not await _is_settled(item, keep):
                self._wait(item, keep)
        await self._send(item.topic, message)

    def _wait(self, item: _Unnumbered, keep: Keep) -> None:
        key = f"{item.topic} {item.item_id}"
        self._unkept.pop(key, None)
        if len(self._unkept) >= WAITING_MESSAGES:
            del self._unkept[next(iter(self._unkept))]
            logger.error("too many messages wait for the store; the oldest is given up")
        self._unkept[key] = (item, keep)


async def _is_settled(item: _Unnumbered, keep: Keep) -> bool:
    try:
        await keep()
    except RecordRefusedError as error:
        logger.error(
            "the store refuses a message to hosts for good; it is given up",
            extra={"item": item.item_id, "error": str(error)},
        )
    except StoreUnavailableError as error:
        logger.error("a message to hosts is not in the store yet", extra={"error": str(error)})
        return False
    return True
