"""The segments of all speakers, interim and final, in one order and in bounded memory."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from math import inf, isfinite, nextafter

from transcript_buffer.segment import Segment
from transcript_buffer.window import Window


class PushOutcome(Enum):
    """What became of a pushed segment."""

    ADDED = "added"
    """A segment not held before."""
    REPLACED = "replaced"
    """It took the place of an interim with the same id."""
    DUPLICATE = "duplicate"
    """Ignored: a final whose id has its final already, or an interim that changes nothing."""
    OUTDATED = "outdated"
    """Ignored: an interim that came after its final, or after an interim that had heard more."""
    STALE = "stale"
    """Ignored: it ended before what is kept, so nobody can tell whether it was here before."""


class TranscriptBuffer:
    """Takes segments in any order, and gives the last seconds of the meeting.

    Segments are kept sorted by (end, id): a window is then a slice, whatever the length of the
    meeting, and what is oldest stands in front. Push and window cost O(log n) and O(size of the
    window) for the at most `max_segments` held. Time comes from the segments and from `now`;
    both must be read off one clock. Not thread-safe: one event loop owns it.
    """

    def __init__(
        self,
        window_seconds: float = 20.0,
        keep_seconds: float = 600.0,
        max_segments: int = 5_000,
    ) -> None:
        """Set the limits.

        Args:
            window_seconds: length of a window that does not say otherwise.
            keep_seconds: segments that ended longer than this before the newest are forgotten;
                also the longest window there is.
            max_segments: how many are held at most, interims included; the oldest go first.

        Raises:
            ValueError: a limit is not positive, or the window is longer than what is kept.
        """
        _check_seconds("window_seconds", window_seconds, inf)
        _check_seconds("keep_seconds", keep_seconds, inf)
        if window_seconds > keep_seconds:
            raise ValueError(
                f"window_seconds {window_seconds} is more than keep_seconds {keep_seconds}"
            )
        if max_segments < 1:
            raise ValueError(f"max_segments is {max_segments}: it must be at least 1")
        self.window_seconds = window_seconds
        self.keep_seconds = keep_seconds
        self.max_segments = max_segments
        self._held: dict[str, Segment] = {}
        self._by_end: list[tuple[float, str]] = []
        self._newest = -inf
        self._horizon = (-inf, "")  # every (end, id) up to here is forgotten for good
        self._outcomes: Counter[PushOutcome] = Counter()
        self._finals = 0
        self._forgotten = 0

    def push(self, segment: Segment) -> PushOutcome:
        """Take a segment in, unless it is a repeat or older than what is kept.

        The first final of an id stands. A final that is refused as stale still ends its interims.
        """
        outcome = self._judge(segment)
        self._outcomes[outcome] += 1
        if outcome is PushOutcome.REPLACED or (outcome is PushOutcome.STALE and segment.final):
            self._remove(segment.id)
        if outcome in (PushOutcome.ADDED, PushOutcome.REPLACED):
            self._held[segment.id] = segment
            insort(self._by_end, _key(segment))
            self._finals += segment.final
            self._newest = max(self._newest, segment.end_seconds)
            self._forget_old()
        return outcome

    def discard(self, segment_id: str) -> bool:
        """Drop the interim of a segment that came to nothing; True if there was one.

        A final stays: it has been kept and shown.
        """
        held = self._held.get(segment_id)
        if held is None or held.final:
            return False
        self._remove(segment_id)
        return True

    def erase_speaker(self, speaker: str) -> int:
        """Forget everything that a participant said; return how many segments that were.

        What comes of the participant's forgotten segments later is refused as too old only
        once they are older than what is kept: stop listening before erasing.
        """
        ids = [segment.id for segment in self._held.values() if segment.speaker == speaker]
        for segment_id in ids:
            self._remove(segment_id)
        return len(ids)

    def window(
        self, now: float, seconds: float | None = None, max_tokens: int | None = None
    ) -> Window:
        """Return the segments that ended between `now - seconds` and `now`, both included.

        Args:
            now: the present, on the clock of the segments; what ends later is not in the window.
            seconds: how far to reach back; None: `window_seconds`.
            max_tokens: keep only the newest segments whose text fits (see `Window.of`); None: all.

        Raises:
            ValueError: an argument is impossible, or `seconds` reaches beyond `keep_seconds`.
        """
        span = self.window_seconds if seconds is None else seconds
        if not isfinite(now):
            raise ValueError(f"now is {now}: it must be a finite number of seconds")
        _check_seconds("seconds", span, self.keep_seconds)
        if max_tokens is not None and max_tokens < 1:
            raise ValueError(f"max_tokens is {max_tokens}: it must be at least 1, or None")
        first = bisect_left(self._by_end, (now - span, ""))
        last = bisect_left(self._by_end, (nextafter(now, inf), ""), first)
        inside = [self._held[segment_id] for _, segment_id in self._by_end[first:last]]
        return Window.of(inside, now, span, max_tokens)

    def find(self, segment_id: str) -> Segment | None:
        """Return the segment held under an id, or None."""
        return self._held.get(segment_id)

    def __iter__(self) -> Iterator[Segment]:
        """Go through everything held, by start, then by id."""
        return iter(sorted(self._held.values(), key=lambda held: (held.start_seconds, held.id)))

    def __len__(self) -> int:
        return len(self._held)

    @property
    def segments(self) -> int:
        """How many segments are held now, interims included."""
        return len(self._held)

    @property
    def finals(self) -> int:
        """How many finals were taken in since the start, each id once, forgotten ones included."""
        return self._finals

    @property
    def duplicates(self) -> int:
        """How many pushes repeated what was held."""
        return self._outcomes[PushOutcome.DUPLICATE]

    @property
    def outdated(self) -> int:
        """How many interims came too late to matter."""
        return self._outcomes[PushOutcome.OUTDATED]

    @property
    def stale(self) -> int:
        """How many pushes were older than what is kept."""
        return self._outcomes[PushOutcome.STALE]

    @property
    def forgotten(self) -> int:
        """How many segments, finals and abandoned interims, have fallen out of memory."""
        return self._forgotten

    def _judge(self, segment: Segment) -> PushOutcome:
        held = self._held.get(segment.id)
        if held is not None and (held.final or not segment.final):
            if segment.final or held == segment:
                return PushOutcome.DUPLICATE
            if held.final or segment.end_seconds < held.end_seconds:
                return PushOutcome.OUTDATED
        if _key(segment) <= self._horizon:
            return PushOutcome.STALE
        if held is not None:
            return PushOutcome.REPLACED
        if len(self._held) >= self.max_segments and _key(segment) < self._by_end[0]:
            return PushOutcome.STALE  # it would be the first to go again
        return PushOutcome.ADDED

    def _remove(self, segment_id: str) -> None:
        held = self._held.pop(segment_id, None)
        if held is not None:
            del self._by_end[bisect_left(self._by_end, _key(held))]

    def _forget_old(self) -> None:
        """Let the front go, and remember how far, so that no repeat of it can count again."""
        excess = len(self._by_end) - self.max_segments
        if excess > 0:
            self._horizon = max(self._horizon, self._by_end[excess - 1])
        self._horizon = max(self._horizon, (self._newest - self.keep_seconds, ""))
        if self._by_end[0] > self._horizon:
            return
        count = bisect_right(self._by_end, self._horizon)
        for _, segment_id in self._by_end[:count]:
            del self._held[segment_id]
        del self._by_end[:count]
        self._forgotten += count


def _key(segment: Segment) -> tuple[float, str]:
    return segment.end_seconds, segment.id


def _check_seconds(field: str, value: float, most: float) -> None:
    if not (isfinite(value) and value > 0):
        raise ValueError(f"{field} is {value}: it must be a positive number of seconds")
    if value > most:
        raise ValueError(f"{field} is {value}: no more than keep_seconds ({most}) is kept")
