"""Sends transcripts to everyone and the rest to hosts, in order and without holding up.

What waits to be sent is kept by id, and a newer version takes the place of an older one that
waits: a slow network thins out interims, never finals, and the queue holds no more than one
entry for each segment and talking point that is under way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from livekit import rtc
from pydantic import BaseModel

from agent.numbering import Numbering
from agent.outbox import Outbox
from transcript_buffer import Segment
from wire.consent import ERASED, Erased
from wire.gap import GAP, Gap
from wire.topics import TRANSCRIPTION
from wire.transcript import TranscriptAttributes

logger = logging.getLogger("sidenote.publisher")

Message = TypeVar("Message", bound=BaseModel)


class Publisher:
    """The voice of one call towards the room."""

    def __init__(
        self, *, room: rtc.Room, hosts: Callable[[], list[str]], last_sequence: int
    ) -> None:
        """Send into a room.

        Args:
            room: may be connected later.
            hosts: returns the identities that may see what is private, as of now.
            last_sequence: highest number of a message to hosts that the meeting has given out.
        """
        self._room = room
        self._hosts = hosts
        self._transcript: Outbox[Segment | Erased | Gap] = Outbox(self._send_transcript)
        self._numbering = Numbering(last_sequence, self._send_to_hosts)
        self._messages: Outbox[_Private] = Outbox(self._send_private)

    @property
    def last_sequence(self) -> int:
        """Highest number of a message to hosts that was given out; 0: none was."""
        return self._numbering.last_sequence

    async def run(self) -> None:
        """Send until `end_input`."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._transcript.run(), name="transcripts")
            tasks.create_task(self._numbering.run(), name="numbered messages")
            tasks.create_task(self._messages.run(), name="messages")

    def end_input(self) -> None:
        """Let `run` return when everything is sent."""
        self._transcript.end_input()
        self._numbering.end_input()
        self._messages.end_input()

    def publish_segment(self, segment: Segment) -> None:
        """Send an interim or a final to everyone; an empty final takes its interims back.

        Numbered ones go out in the order of their numbers: whoever has one has those before.
        """
        self._transcript.push(segment.id, segment, behind=segment.sequence > 0)

    def publish_erasure(self, erased: Erased) -> None:
        """Tell everyone to forget what a participant said, behind every line of theirs."""
        self._transcript.push(f"erased {erased.speaker_identity}", erased, behind=True)

    def publish_gap(self, gap: Gap) -> None:
        """Tell everyone when nobody listened, behind every line that was kept before."""
        self._transcript.push(f"gap {gap.started_at_ms}", gap, behind=True)

    def publish_numbered(
        self,
        topic: str,
        item_id: str,
        *,
        make: Callable[[int], Message],
        keep: Callable[[Message], Awaitable[object]],
        rests_on: frozenset[str] = frozenset(),
    ) -> None:
        """Number a message, keep it, and send it to the hosts.

        It takes the place of an older version of the same item that still waits; that one gets no
        number then.

        Args:
            topic: of the data message.
            item_id: of the talking point, task or answer; the same for all its versions.
            make: returns the message with the number that it is given.
            keep: writes it to the store; may raise `StoreUnavailableError`, and is called again
                then, until the store is back. The message is sent all the same.
            rests_on: identities whose words it holds or may hold; when one of them is erased
                while it waits, it is dropped.
        """
        self._numbering.push(topic, item_id, make, keep, rests_on)

    async def write_waiting(self) -> bool:
        """Write the numbered messages that wait for the store; False if it is still away."""
        return await self._numbering.write_waiting()

    def publish_to_hosts(
        self,
        topic: str,
        message_id: str,
        message: BaseModel,
        *,
        only: str | None = None,
        long: bool = False,
        rests_on: frozenset[str] = frozenset(),
    ) -> None:
        """Send a message to the hosts, in place of an older one of the same id that waits.

        Args:
            topic: of the data message or text stream.
            message_id: of what it is about.
            message: its newest version.
            only: identity of the one host whom it concerns; None: all hosts.
            long: as a text stream: a data message carries 15 KB everywhere.
            rests_on: identities whose words it holds or may hold; when one of them is erased
                while it waits, it is dropped.
        """
        private = _Private(topic, message, only, long, rests_on)
        self._messages.push(f"{topic} {message_id}", private)

    async def erase_speaker(self, identity: str) -> None:
        """Drop what waits to be sent and rests on what a participant said.

        When this returns, nothing of it is on its way into the store or to a page.
        """
        await self._transcript.discard(
            lambda item: isinstance(item, Segment) and item.speaker == identity
        )
        await self._messages.discard(lambda item: identity in item.rests_on)
        await self._numbering.erase_speaker(identity)

    async def _send_private(self, item: "_Private") -> None:
        hosts = [one for one in self._hosts() if item.only in (None, one)]
        if hosts and item.long:
            await self._send_stream(item, hosts)
        elif hosts:
            await self._send(item.topic, item.message, hosts)

    async def _send_stream(self, item: "_Private", hosts: list[str]) -> None:
        with _Delivery(self._room, f"a text stream on {item.topic}"):
            writer = await self._room.local_participant.stream_text(
                topic=item.topic, destination_identities=hosts
            )
            await writer.write(item.message.model_dump_json())
            await writer.aclose()

    async def _send_to_hosts(self, topic: str, message: BaseModel) -> None:
        if hosts := self._hosts():  # an empty destination list would mean everyone
            await self._send(topic, message, hosts)

    async def _send(self, topic: str, message: BaseModel, destinations: list[str]) -> None:
        with _Delivery(self._room, f"a message on {topic}"):
            await self._room.local_participant.publish_data(
                message.model_dump_json(),
                reliable=True,
                destination_identities=destinations,
                topic=topic,
            )

    async def _send_transcript(self, item: Segment | Erased | Gap) -> None:
        if isinstance(item, Segment):
            await self._send_segment(item)
        else:
            await self._send(GAP if isinstance(item, Gap) else ERASED, item, [])

    async def _send_segment(self, segment: Segment) -> None:
        attributes = TranscriptAttributes.model_validate(
            {
                "segment_id": segment.id,
                "final": segment.final,
                "track_sid": segment.track_sid,
                "speaker_identity": segment.speaker,
                "speaker_name": segment.name,
                "speaker_role": segment.role,
                "started_at_ms": round(segment.start_seconds * 1000),
                "ended_at_ms": round(segment.end_seconds * 1000),
                "sequence": segment.sequence,
            }
        )
        with _Delivery(self._room, "a transcript"):
            writer = await self._room.local_participant.stream_text(
                topic=TRANSCRIPTION,
                sender_identity=segment.speaker,
                attributes=attributes.to_stream(),
            )
            await writer.write(segment.text)
            await writer.aclose()


@dataclass(frozen=True, slots=True)
class _Private:
    """A message for hosts; see `Publisher.publish_to_hosts`."""

    topic: str
    message: BaseModel
    only: str | None
    long: bool
    rests_on: frozenset[str]


class _Delivery:
    """Outlives a send that fails: the room may be gone, and the records hold what it missed."""

    def __init__(self, room: rtc.Room, what: str) -> None:
        self._room = room
        self._what = what

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        if self._room.isconnected():
            logger.error("could not send %s", self._what, extra={"error": kind.__name__})
        return True
