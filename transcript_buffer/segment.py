"""One stretch of one participant's speech, as text."""

from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal

Role = Literal["host", "guest"]

_ROLES: Final = ("host", "guest")
_MILLISECONDS_FROM: Final = 1e11
# As seconds this is the year 5138, as milliseconds 1973: no meeting took place in either. One
# segment in the wrong unit would push everything else out of a buffer, so it is refused here.


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one participant said between two moments: a passing reading, or the final one.

    Raises:
        ValueError: a field is empty or impossible; the message names the field, never the text.
    """

    id: str
    """The same for every interim and the final of one segment; unique within a meeting."""
    speaker: str
    """Identity of the participant who spoke."""
    name: str
    """Display name at the time of speaking; empty: the identity stands in for it."""
    role: Role
    """What the token server signed for the speaker."""
    text: str
    """The words heard."""
    start_seconds: float
    """Start of the speech, seconds on the meeting's one clock (usually the Unix epoch)."""
    end_seconds: float
    """End of the speech heard so far, seconds on the same clock."""
    final: bool
    """False for an interim, which a later segment with the same id replaces."""
    track_sid: str = ""
    """The audio track that was heard; empty when there is none."""
    sequence: int = 0
    """Place in the order in which the meeting's finals were kept, from 1; 0: it is not kept."""

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("id is empty: give every segment an id of its own")
        if not self.speaker:
            raise ValueError("speaker is empty: give the identity of the participant who spoke")
        if self.role not in _ROLES:
            raise ValueError(f"role is {self.role!r}: it must be one of {', '.join(_ROLES)}")
        if not isinstance(self.text, str):
            raise ValueError("text is not a string: give the words heard")  # noqa: TRY004
        _check_time("start_seconds", self.start_seconds)
        _check_time("end_seconds", self.end_seconds)
        if self.end_seconds < self.start_seconds:
            raise ValueError(
                f"end_seconds {self.end_seconds} is before start_seconds {self.start_seconds}"
            )


def _check_time(field: str, value: float) -> None:
    if not isfinite(value):
        raise ValueError(f"{field} is {value}: it must be a finite number of seconds")
    if value >= _MILLISECONDS_FROM:
        raise ValueError(f"{field} is {value}: that looks like milliseconds, give seconds")
