"""The speech of one participant that ElevenLabs has not answered yet. Pure: no socket, no clock.

Only the first segment is ever on the wire. The service numbers neither its partials nor its
finals, so with two segments under way nothing would tell which of them a text belongs to.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from agent.stt.elevenlabs_text import says_the_same, undo_repeats, words_of

BYTES_PER_SECOND: Final = 16000 * 2
SHORTEST_SECONDS: Final = 0.35
"""Shorter segments are filled up with silence: a commit of less than 0.3 s ends the session."""
LONGEST_SECONDS: Final = 80.0
"""A longer segment is committed in parts: at 90 s the service would commit by itself."""
MESSAGE_BYTES: Final = BYTES_PER_SECOND // 10
"""What is worth a message while somebody speaks: 100 ms."""
LONGEST_MESSAGE_BYTES: Final = BYTES_PER_SECOND // 2
"""What a message holds at most when there is something to catch up on."""


@dataclass(slots=True, eq=False)
class SpokenSegment:
    """A stretch of speech between two flushes, or a part of a very long one."""

    audio: bytearray = field(default_factory=bytearray)
    """Everything pushed so far, kept until the answer is there."""
    ended: bool = False
    is_part: bool = False
    """Whether more of the same segment follows in the next one."""
    sent_bytes: int = 0
    """What this session has been sent."""
    late_bytes: int = 0
    """What had been spoken when this session was sent the first of it."""
    committed: bool = False
    partial: str = ""
    """The newest partial that belongs to it."""
    nothing_heard: int = 0
    """How often the service found no speech in it."""

    @property
    def seconds(self) -> float:
        """Length so far."""
        return len(self.audio) / BYTES_PER_SECOND

    @property
    def late_seconds(self) -> float:
        """How much of it this session was sent later than it was spoken."""
        return self.late_bytes / BYTES_PER_SECOND


@dataclass(frozen=True, slots=True)
class Answer:
    """The first segment is answered and forgotten."""

    final: str | None
    """None: it was a part, and the final comes with the last one."""


class UnansweredSpeech:
    """Segments in the order in which they were spoken; the first is the one being answered."""

    def __init__(self) -> None:
        self._segments: deque[SpokenSegment] = deque()
        self._parts: list[str] = []
        """Text of the parts of the first segment that are answered already."""
        self._said: tuple[str, ...] = ()
        """The last final, as sent and as believed, and the last partial before it."""

    @property
    def head(self) -> SpokenSegment | None:
        """The segment being answered."""
        return self._segments[0] if self._segments else None

    @property
    def seconds(self) -> float:
        """Audio kept; a segment counts as at least the shortest that can be sent."""
        return sum(max(segment.seconds, SHORTEST_SECONDS) for segment in self._segments)

    @property
    def is_commit_due(self) -> bool:
        """Whether all of the head is sent and nothing but its commit is missing."""
        head = self.head
        return bool(
            head and head.ended and not head.committed and head.sent_bytes == len(head.audio)
        )

    def push(self, pcm: bytes) -> None:
        """Add audio of the segment that is being spoken."""
        last = self._segments[-1] if self._segments else None
        if last and not last.ended and last.seconds >= LONGEST_SECONDS:
            last.ended = last.is_part = True
        if last is None or last.ended:
            last = SpokenSegment()
            self._segments.append(last)
        last.audio += pcm

    def end_segment(self) -> bool:
        """Say that the segment is over; False when there was no audio since the one before."""
        if not self._segments or self._segments[-1].ended:
            return False
        last = self._segments[-1]
        missing = round(SHORTEST_SECONDS * BYTES_PER_SECOND) - len(last.audio)
        last.audio.extend(bytes(max(0, missing)))
        last.ended = True
        return True

    def take_to_send(self) -> bytes:
        """Return the next audio for the session; empty when there is too little yet."""
        head = self.head
        if head is None:
            return b""
        pcm = bytes(head.audio[head.sent_bytes : head.sent_bytes + LONGEST_MESSAGE_BYTES])
        if len(pcm) < MESSAGE_BYTES and not head.ended:
            return b""
        if not head.sent_bytes:
            head.late_bytes = len(head.audio)
        head.sent_bytes += len(pcm)
        return pcm

    def commit(self) -> None:
        """Say that the commit of the head is sent."""
        if self.head:
            self.head.committed = True

    def begin_again(self) -> None:
        """A new session has received nothing yet."""
        if head := self.head:
            head.sent_bytes = 0
            head.committed = False
            head.partial = ""
        self._said = ()

    def hear_partial(self, text: str) -> str | None:
        """Return the interim that a partial makes, or None when it is a stale one."""
        head = self.head
        if head is None or not head.sent_bytes or not text.strip():
            return None
        # The service sends the last partial again over silence and after its commit.
        if any(says_the_same(text, said) for said in self._said):
            return None
        head.partial = text
        return " ".join([*self._parts, text])

    def hear_final(self, text: str) -> Answer | None:
        """Return what a committed text answers, or None when it is an echo."""
        head = self.head
        if head is None or not head.committed or self._is_echo(text, head):
            return None
        once = undo_repeats(text.strip(), head.partial, head.seconds)
        self._said = (text, once, head.partial)
        return self._answer(head, once)

    def hear_nothing(self) -> Answer | None:
        """The service found no speech: believed of a whole segment, and when it says so twice."""
        head = self.head
        if head is None or not head.committed:
            return None
        head.nothing_heard += 1
        return self._answer(head, "") if head.nothing_heard > 1 else None

    def _answer(self, head: SpokenSegment, text: str) -> Answer:
        self._segments.popleft()
        if text:
            self._parts.append(text)
        if head.is_part:
            return Answer(None)
        final = " ".join(self._parts)
        self._parts.clear()
        return Answer(final)

    def _is_echo(self, text: str, head: SpokenSegment) -> bool:
        """Tell whether this is the last final once more, while the head says something else."""
        if not text.strip() or not any(says_the_same(text, said) for said in self._said[:1]):
            return False
        shown = words_of(head.partial)
        # The last word of a partial may be half a word.
        sure = shown[:-1] or shown
        return bool(shown) and words_of(text)[: len(sure)] != sure
