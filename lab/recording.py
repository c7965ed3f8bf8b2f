"""What is known of a call that was played: what was said when, and what everybody saw."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lab.aftermath import Aftermath
from lab.call_file import CallFile, Event, Line, Request, spoken_words
from lab.machine import PartUse
from lab.microphone import Speech
from lab.voices import RenderedLine
from lab.witness import Witness
from wire.minutes import Minutes
from wire.tasks import Task

FOREVER: Final = float("inf")
_CUT_SECONDS: Final = 0.05
"""How much of a word may be cut off before it counts as not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """A line as it was really played."""

    line: Line
    rendered: RenderedLine
    speech: Speech

    @property
    def speech_start_seconds(self) -> float:
        """When the first word began, since the Unix epoch."""
        return self.speech.start_seconds + self.rendered.speech_start_seconds

    @property
    def speech_end_seconds(self) -> float:
        """When the last word was over, since the Unix epoch."""
        return self.speech.start_seconds + self.rendered.speech_end_seconds

    @property
    def first_word_end_seconds(self) -> float:
        """When the first word was over, since the Unix epoch; a guess where no times are known."""
        ends = self.rendered.word_ends
        return self.speech.start_seconds + ends[0].end_seconds if ends else self._after_words(1)

    @property
    def last_word_start_seconds(self) -> float:
        """When the last word began, since the Unix epoch; a guess where no times are known."""
        ends = self.rendered.word_ends
        if len(ends) > 1:
            return self.speech.start_seconds + ends[-2].end_seconds
        return self.speech_start_seconds if ends else self._after_words(-1)

    def phrase_end_seconds(self, phrase: str) -> float:
        """Return when a phrase of the line was over, since the Unix epoch."""
        return self.speech.start_seconds + self.rendered.phrase_end_seconds(phrase)

    def timed_words(self) -> list[tuple[str, float, float]]:
        """Return the words with their starts and ends, since the Unix epoch."""
        ends = self.rendered.word_ends
        if not ends:
            words = spoken_words(self.line.say)
            edges = [self._after_words(number) for number in range(len(words) + 1)]
            return list(zip(words, edges, edges[1:], strict=False))
        timed: list[tuple[str, float, float]] = []
        start = self.speech_start_seconds
        for each in ends:
            end = self.speech.start_seconds + each.end_seconds
            timed += [(word, start, end) for word in spoken_words(each.word)]
            start = end
        return timed

    def _after_words(self, number: int) -> float:
        """Return when so many words were over if all were equally long; -1: all but the last."""
        count = max(1, len(spoken_words(self.line.say)))
        part = (number if number >= 0 else count + number) / count
        length = self.speech_end_seconds - self.speech_start_seconds
        return self.speech_start_seconds + part * length


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedEvent:
    """An event of the call file, or of the lab itself, as it really happened."""

    event: Event
    began_seconds: float
    """Since the Unix epoch."""
    done_seconds: float
    """When it was over or in force, since the Unix epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedRequest:
    """A request of the call file, and its answer."""

    who: str
    """Identity of the call file."""
    request: Request
    answer: int | None
    """As `Request.answer` counts it; None: it has none."""


@dataclass(slots=True, kw_only=True)
class Recording:
    """A call that was played."""

    call: CallFile
    room_name: str
    room_sid: str = ""
    """Of the room's first life: the key of the meeting."""
    started_seconds: float = 0.0
    """Second 0 of the call file, since the Unix epoch."""
    ended_seconds: float = 0.0
    """When the last participant was asked to leave, since the Unix epoch."""
    joined_seconds: dict[str, float] = field(default_factory=dict)
    """By the identity of the call file: when its first connect call began."""
    lines: list[SpokenLine] = field(default_factory=list)
    events: list[PlayedEvent] = field(default_factory=list)
    requests: list[PlayedRequest] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    """By the identity of the call file."""
    spies: list[Witness] = field(default_factory=list)
    """Participants whom the lab adds, and who may see nothing private."""
    real_identities: dict[str, str] = field(default_factory=dict)
    """What the token server made of the identities of the call file."""
    off_air: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By the identity of the call file: from when to when its microphone reached nobody."""
    absent: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By the identity of the call file: from when to when it was not connected."""
    received_seconds: dict[str, float] = field(default_factory=dict)
    """By the identity of the call file: seconds of its speech that reached the listening spy."""
    private_texts: list[str] = field(default_factory=list)
    """What the playbook would tell the host."""
    private_ids: list[str] = field(default_factory=list)
    """Ids of the playbook's rules."""
    stored_tasks: list[Task] = field(default_factory=list)
    """Those of the meeting when it was over, as the token server has them."""
    minutes: Minutes | None = None
    """Of the call, as its hosts may read them; None: nobody waited, or they did not come."""
    minutes_wait_seconds: float | None = None
    """From the end of the call until the minutes were there; None: they never were."""
    instructions: list[str] = field(default_factory=list)
    """What Sidenote told the models of a suite's variant to do: nobody in the call may read it."""
    aftermath: Aftermath | None = None
    """What is kept of the call at its end; None: no part was killed."""
    machine: dict[str, PartUse] = field(default_factory=dict)
    """What each part of the stack cost; empty for a stack that somebody else runs."""
    sabotage: str | None = None
    """What was spoiled on purpose, to test the scorer."""
    on_event: Callable[[PlayedEvent], None] = lambda _: None
    """Told of each event as it happens."""

    @property
    def hosts(self) -> list[Witness]:
        """Who may see talking points."""
        return [each for each in self.witnesses.values() if each.role == "host"]

    @property
    def guests(self) -> list[Witness]:
        """Who may not."""
        return [each for each in self.witnesses.values() if each.role != "host"]

    def spoken(self, index: int) -> SpokenLine | None:
        """Return how a line of the call file, counted from 0, was played; None: not yet."""
        wanted = self.call.lines[index]
        return next((each for each in self.lines if each.line is wanted), None)

    def is_absent(self, identity: str, at_seconds: float) -> bool:
        """Whether somebody of the call file was not connected at a time."""
        return any(gone <= at_seconds <= back for gone, back in self.absent.get(identity, []))

    def speaker_of(self, real_identity: str) -> str | None:
        """Return who of the call file has this identity in the room; None: nobody."""
        for identity, real in self.real_identities.items():
            if real == real_identity:
                return identity
        return None

    def words_on_air(self, line: SpokenLine) -> list[str]:
        """Return the words of a line that left its microphone for the room."""
        gaps = self.off_air.get(line.line.who, [])
        return [
            word
            for word, start, end in line.timed_words()
            if all(end <= gone + _CUT_SECONDS or start >= back for gone, back in gaps)
        ]

    def is_whole(self, line: SpokenLine) -> bool:
        """Whether every word of a line left its microphone for the room."""
        return len(self.words_on_air(line)) == len(line.timed_words())
