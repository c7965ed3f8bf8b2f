"""What was heard of whom: sums of seconds, and "I cannot hear Ana" while it matters. Pure."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, Protocol

from wire.coverage import DropReason, Notice, NoticeReason, SpeakerCoverage

UNHEARD_SECONDS: Final = 3.5
"""Speech without any text for so long is worth a notice; with the second between two looks, and
the way to the host, it comes within five."""
MARKED_SECONDS: Final = 3.0
"""Being marked as speaking for so long over a silent track is worth a notice."""

_WORDS: Final[dict[NoticeReason, str]] = {
    "no_text": "there is speech, but no words come of it",
    "silent": "the microphone sends silence",
    "encrypted": "the sound is encrypted end to end",
}
_CROWDED: Final = "I cannot hear everybody: there are more microphones than I may listen to"


def _no_seconds() -> defaultdict[DropReason, float]:
    return defaultdict(float)


@dataclass(slots=True)
class Counts:
    """Seconds of one track's audio, and where they went."""

    received: float = 0.0
    silent: float = 0.0
    sent: float = 0.0
    recognized: float = 0.0
    without_text: float = 0.0
    dropped: defaultdict[DropReason, float] = field(default_factory=_no_seconds)

    @property
    def unaccounted_seconds(self) -> float:
        """What was received and neither held back nor answered nor dropped."""
        answered = self.recognized + self.without_text
        return self.received - self.silent - answered - sum(self.dropped.values())

    def add(self, other: "Counts") -> None:
        """Add the seconds of another track."""
        self.received += other.received
        self.silent += other.silent
        self.sent += other.sent
        self.recognized += other.recognized
        self.without_text += other.without_text
        for reason, seconds in other.dropped.items():
            self.dropped[reason] += seconds


class TrackHearing(Protocol):
    """What coverage wants to know of a track that is listened to."""

    def counts(self) -> Counts:
        """Return the seconds so far."""

    def speech_without_text_seconds(self, now: float) -> float:
        """Return the seconds of speech since the last text; 0 when nobody speaks."""

    def is_silent_since(self) -> float:
        """Return when the track last gave anything but silence; -inf: it never did."""


@dataclass(slots=True)
class _Speaker:
    name: str
    past: Counts = field(default_factory=Counts)
    tracks: list[TrackHearing] = field(default_factory=list)
    encrypted: bool = False
    marked_since: float | None = None


class Coverage:
    """The coverage of one call. `now` is an argument, in seconds since the Unix epoch."""

    def __init__(self) -> None:
        self._speakers: dict[str, _Speaker] = {}
        self._open: dict[str, Notice] = {}
        self._is_crowded = False

    def meet(self, identity: str, name: str) -> None:
        """Take note of a participant, who then has a line in every report."""
        self._speakers.setdefault(identity, _Speaker(name)).name = name

    def begin(self, identity: str, track: TrackHearing) -> None:
        """A track of a known participant is listened to from now on."""
        self._speakers[identity].tracks.append(track)

    def end(self, identity: str, track: TrackHearing) -> None:
        """The track has ended; its seconds stay."""
        speaker = self._speakers[identity]
        speaker.tracks.remove(track)
        speaker.past.add(track.counts())

    def set_encrypted(self, identity: str, *, encrypted: bool) -> None:
        """Take note that a participant wishes to be heard and is encrypted end to end, or not."""
        self._speakers[identity].encrypted = encrypted

    def set_crowded(self, *, crowded: bool) -> None:
        """Take note that somebody is not listened to because too many are, or nobody."""
        self._is_crowded = crowded

    def count_withdrawn(self, identity: str, name: str, seconds: float) -> None:
        """Count audio that was thrown away unheard, because its consent had been withdrawn."""
        self.meet(identity, name)
        past = self._speakers[identity].past
        past.received += seconds
        past.dropped["consent"] += seconds

    def set_marked(self, identities: set[str], now: float) -> None:
        """Take note of whom the media server marks as speaking."""
        for identity, speaker in self._speakers.items():
            if identity not in identities:
                speaker.marked_since = None
            elif speaker.marked_since is None:
                speaker.marked_since = now

    @property
    def open_notices(self) -> list[Notice]:
        """The notices that have begun and are not over."""
        return list(self._open.values())

    def report(self) -> list[SpeakerCoverage]:
        """Return everybody's seconds so far, by identity."""
        return [
            _as_message(identity, speaker) for identity, speaker in sorted(self._speakers.items())
        ]

    def look(self, now: float) -> list[Notice]:
        """Return the notices that begin or are over now."""
        current = {
            notice.id: notice
            for identity, speaker in self._speakers.items()
            for notice in self._notices(identity, speaker, now)
        }
        if self._is_crowded:
            at_ms = round(now * 1000)
            current["crowded"] = Notice(id="crowded", reason="crowded", text=_CROWDED, at_ms=at_ms)
        begun = [notice for key, notice in current.items() if key not in self._open]
        over = [
            notice.model_copy(update={"over": True, "at_ms": round(now * 1000)})
            for key, notice in self._open.items()
            if key not in current
        ]
        self._open = {key: self._open.get(key, notice) for key, notice in current.items()}
        return begun + over

    def _notices(self, identity: str, speaker: _Speaker, now: float) -> list[Notice]:
        reasons: list[NoticeReason] = []
        if speaker.encrypted:
            reasons.append("encrypted")
        unheard = [track.speech_without_text_seconds(now) for track in speaker.tracks]
        if max(unheard, default=0.0) >= UNHEARD_SECONDS:
            reasons.append("no_text")
        if speaker.marked_since is not None and speaker.tracks:
            silent_since = max(track.is_silent_since() for track in speaker.tracks)
            if now - max(silent_since, speaker.marked_since) >= MARKED_SECONDS:
                reasons.append("silent")
        return [
            Notice(
                id=f"{reason}:{identity}",
                reason=reason,
                identity=identity,
                text=f"I cannot hear {speaker.name}: {_WORDS[reason]}",
                at_ms=round(now * 1000),
            )
            for reason in reasons
        ]


def _as_message(identity: str, speaker: _Speaker) -> SpeakerCoverage:
    total = Counts()
    total.add(speaker.past)
    for track in speaker.tracks:
        total.add(track.counts())
    return SpeakerCoverage(
        identity=identity,
        name=speaker.name,
        received_seconds=round(total.received, 2),
        silent_seconds=round(total.silent, 2),
        sent_seconds=round(total.sent, 2),
        recognized_seconds=round(total.recognized, 2),
        without_text_seconds=round(total.without_text, 2),
        dropped_seconds={reason: round(s, 2) for reason, s in total.dropped.items() if s},
    )
