"""The last seconds of a meeting, in the order in which they were said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from transcript_buffer.segment import Segment

_BYTES_PER_TOKEN: Final = 4

_in_order = attrgetter("start_seconds", "id")
_by_age = attrgetter("end_seconds", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """An unchanging view of the segments whose end lies inside the last seconds."""

    segments: tuple[Segment, ...]
    """Ordered by start, then by id."""
    now: float
    """The moment at which the window ends, seconds on the meeting's clock."""
    seconds: float
    """How far the window reaches back from `now`."""
    left_out: int = 0
    """How many segments of these seconds did not fit the token budget."""

    @classmethod
    def of(
        cls, segments: Iterable[Segment], now: float, seconds: float, max_tokens: int | None
    ) -> "Window":
        """Put segments into order and, given a budget, keep the newest that fit it.

        Whole segments only, from the newest end backwards, up to the first that does not fit:
        the result has no gap. It is empty when even the newest segment alone is too long.
        """
        ordered = sorted(segments, key=_in_order)
        if max_tokens is None:
            return cls(segments=tuple(ordered), now=now, seconds=seconds)
        kept = _newest_within(ordered, max_tokens)
        return cls(
            segments=tuple(segment for segment in ordered if segment.id in kept),
            now=now,
            seconds=seconds,
            left_out=len(ordered) - len(kept),
        )

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Identities of those who speak in the window, in the order of their first segment."""
        return tuple(dict.fromkeys(segment.speaker for segment in self.segments))

    @property
    def words(self) -> int:
        """How many words, separated by white space, were said; names are not counted."""
        return sum(len(segment.text.split()) for segment in self.segments)

    @property
    def tokens(self) -> int:
        """About how many tokens `text(speakers=True)` costs; see `estimate_tokens`."""
        return estimate_tokens(self.text())

    def text(self, *, speakers: bool = True) -> str:
        """Return one line per turn ("Ana: How much is it?"), without the name if not `speakers`.

        A turn joins the consecutive segments of one speaker. White space inside names and words
        becomes single spaces, so that nobody can fake another's line with a line break in a
        display name. Segments without words are skipped.
        """
        spoken = (segment for segment in self.segments if segment.text.strip())
        lines = []
        for _, turn in groupby(spoken, key=attrgetter("speaker")):
            first, *rest = turn
            words = " ".join(" ".join(said.text for said in (first, *rest)).split())
            lines.append(f"{_label(first)}: {words}" if speakers else words)
        return "\n".join(lines)


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a language model counts for a text: UTF-8 bytes / 4, rounded up.

    For English this is OpenAI's rule of thumb, "1 token ~= 4 chars in English"
    (https://help.openai.com/en/articles/4936856). Bytes instead of characters, because scripts
    outside ASCII take more tokens per character: Cyrillic counts double and Chinese three times
    by this rule. It is no tokenizer: numbers, rare names and unusual scripts cost more than
    estimated, so leave a margin of a third below a hard limit.
    """
    # A lone surrogate (half an emoji from a broken peer) must not stop the meeting.
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return -(-size // _BYTES_PER_TOKEN)


def _newest_within(segments: Iterable[Segment], max_tokens: int) -> set[str]:
    """Return the ids of the newest segments which fit, each counted as a turn of its own.

    Joining turns only drops names, so the text of what is kept never costs more than this.
    """
    kept: set[str] = set()
    left = max_tokens
    for segment in sorted(segments, key=_by_age, reverse=True):
        left -= estimate_tokens(f"{_label(segment)}: {segment.text}\n")
        if left < 0:
            break
        kept.add(segment.id)
    return kept


def _label(segment: Segment) -> str:
    return " ".join(segment.name.split()) or segment.speaker
