"""The byte protocol between the agent and a recognizer process, over a socket pair.

A message is `kind` (1 byte), `segment` (4 bytes), `length` (4 bytes), all little-endian, and
then `length` bytes of body. Both ends run the same version of this file.
"""

import json
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

HEADER: Final = struct.Struct("<BII")


class Kind(IntEnum):
    """What a message means."""

    READY = 1
    """Recognizer to agent: the models are loaded; the body is JSON {"pid": int}."""
    START = 2
    """Agent to recognizer: a segment begins; the body is JSON {"cmn": str | None}."""
    AUDIO = 3
    """Agent to recognizer: mono 16-bit PCM at 16 kHz."""
    END = 4
    """Agent to recognizer: the segment is over; answer with FINAL."""
    CANCEL = 5
    """Agent to recognizer: forget the segment; no answer."""
    INTERIM = 6
    """Recognizer to agent: the body is the text so far, in UTF-8."""
    FINAL = 7
    """Recognizer to agent: the body is JSON {"text", "cmn", "decode_seconds"}."""
    WORDS = 8
    """Agent to recognizer, before any segment: words to expect; the body is JSON
    {"words": {word: [phones, ...]}}."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the protocol."""

    kind: Kind
    segment: int
    body: bytes = b""

    def encode(self) -> bytes:
        """Return the message as bytes."""
        return HEADER.pack(self.kind, self.segment, len(self.body)) + self.body

    def json(self) -> dict[str, Any]:
        """Return a JSON body as a dictionary."""
        return dict(json.loads(self.body))


def with_json(kind: Kind, segment: int, **fields: object) -> Message:
    """Return a message whose body is a JSON object."""
    return Message(kind, segment, json.dumps(fields).encode())


class MessageBuffer:
    """Cuts a byte stream into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, received: bytes) -> list[Message]:
        """Add bytes; return the messages that are complete now."""
        self._bytes += received
        messages, position = [], 0
        while len(self._bytes) - position >= HEADER.size:
            kind, segment, length = HEADER.unpack_from(self._bytes, position)
            end = position + HEADER.size + length
            if len(self._bytes) < end:
                break
            body = bytes(self._bytes[position + HEADER.size : end])
            messages.append(Message(Kind(kind), segment, body))
            position = end
        del self._bytes[:position]
        return messages
