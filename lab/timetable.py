"""When each line and event of a call is due, by the file alone, and who is there then."""

from dataclasses import dataclass
from typing import Final

from lab.call_file import CallFile, Event
from lab.voices import VoiceIndex
from lab.words import spoken_words

WORDS_PER_SECOND: Final = 2.6
"""How fast a line is reckoned to be said before it has its voice."""
SETTLE_SECONDS: Final = 3.0
"""How long a call goes on after its last line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The lines of a call in seconds from its start."""

    starts_seconds: tuple[float, ...]
    ends_seconds: tuple[float, ...]
    speech_ends_seconds: tuple[float, ...]
    """When the last word of each line is over, from the start of the line."""

    @property
    def end_seconds(self) -> float:
        """When the call is over."""
        return max(self.ends_seconds) + SETTLE_SECONDS


def make_timetable(call: CallFile, voices: VoiceIndex) -> Timetable:
    """Return the timetable of a call; a line without its audio yet is reckoned by its words."""
    known = {rendered.words: rendered for rendered in voices.lines}
    durations: list[float] = []
    speech_ends: list[float] = []
    for line in call.lines:
        rendered = known.get(line.say)
        reckoned = len(spoken_words(line.say)) / WORDS_PER_SECOND
        durations.append(rendered.seconds if rendered else reckoned)
        speech_ends.append(rendered.speech_end_seconds if rendered else reckoned)
    starts = call.starts_seconds(durations)
    return Timetable(
        starts_seconds=tuple(starts),
        ends_seconds=tuple(start + lasts for start, lasts in zip(starts, durations, strict=True)),
        speech_ends_seconds=tuple(speech_ends),
    )


def time_events(
    call: CallFile, timetable: Timetable, *, in_order: bool = True
) -> list[tuple[float, Event]]:
    """Return the events with the seconds at which they are due, in the order of time or file."""
    timed = [
        (
            call.event_seconds(event, timetable.starts_seconds, timetable.speech_ends_seconds),
            event,
        )
        for event in call.events
    ]
    return sorted(timed, key=lambda each: each[0]) if in_order else timed


def is_present(
    call: CallFile, events: list[tuple[float, Event]], identity: str, at_seconds: float
) -> bool:
    """Whether a participant is in the call at a moment; `events` are in the order of time."""
    present = call.participant(identity).joins
    for due, event in events:
        if due > at_seconds:
            break
        if event.who == identity and event.do in ("join", "leave", "hang_up"):
            present = event.do == "join"
    return present
