"""Draws the timeline of a call as SVG: one lane for each speaker, talking points and events."""

from collections.abc import Iterator
from html import escape
from typing import Final

from lab.html_style import SPEAKER_COLOURS
from lab.matching import end_of, read_finals, start_of
from lab.recording import Recording
from lab.score_points import is_meant, phrase_delay, phrase_end
from lab.witness import SeenMessage, SeenTranscript

_LEFT: Final = 110
_TOP: Final = 34
_LANE: Final = 62
_SAID: Final = 20
_HEARD: Final = 14
_POINTS: Final = 46
_SECOND: Final = 14
"""Width of a second in pixels; a long call scrolls."""
_NARROWEST: Final = 1060


class _Picture:
    """The measures of one drawing."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.start = recording.started_seconds
        self.seconds = max(1.0, recording.ended_seconds - recording.started_seconds)
        self.scale = max(_SECOND, _NARROWEST / self.seconds)
        self.speakers = [participant.identity for participant in recording.call.participants]
        self.width = round(_LEFT + self.seconds * self.scale + 20)
        self.points_top = _TOP + len(self.speakers) * _LANE
        self.height = self.points_top + _POINTS + 12

    def x(self, at_seconds: float) -> float:
        """Return where a time since the Unix epoch lies."""
        passed = min(self.seconds, max(0.0, at_seconds - self.start))
        return round(_LEFT + passed * self.scale, 1)

    def stamp(self, at_seconds: float) -> str:
        """Return a time as seconds from the start of the call."""
        return f"{at_seconds - self.start:.1f} s"

    def lane(self, identity: str) -> int:
        """Return the upper edge of a speaker's lane."""
        return _TOP + self.speakers.index(identity) * _LANE

    def colour(self, identity: str) -> str:
        """Return the class of a speaker's colour."""
        return f"c{self.speakers.index(identity) % SPEAKER_COLOURS}"


def draw_timeline(recording: Recording) -> str:
    """Return the picture of a call that was played."""
    picture = _Picture(recording)
    parts = [
        *_frame(picture),
        *_said(picture),
        *_heard(picture),
        *_points(picture),
        *_events(picture),
    ]
    return (
        f'<svg role="group" aria-label="who spoke, what was heard, talking points, events" '
        f'width="{picture.width}" height="{picture.height}" '
        f'viewBox="0 0 {picture.width} {picture.height}">\n' + "\n".join(parts) + "\n</svg>"
    )


def _frame(picture: _Picture) -> Iterator[str]:
    bottom = picture.height - 8
    step = 5 if picture.seconds < 240 else 15
    for second in range(0, int(picture.seconds) + 1, step):
        x = picture.x(picture.start + second)
        yield f'<line class="rule" x1="{x}" x2="{x}" y1="{_TOP - 8}" y2="{bottom}"/>'
        yield f'<text class="soft" x="{x}" y="{_TOP - 14}" text-anchor="middle">{second}</text>'
    for participant in picture.recording.call.participants:
        top = picture.lane(participant.identity)
        width = picture.width - _LEFT - 20
        yield f'<rect class="lane" x="{_LEFT}" y="{top}" width="{width}" height="{_LANE - 8}"/>'
        yield f'<text x="8" y="{top + 18}">{escape(participant.name[:14])}</text>'
        yield f'<text class="soft" x="8" y="{top + 34}">{participant.role}</text>'
    top = picture.points_top
    yield f'<text x="8" y="{top + 18}">talking points</text>'
    yield f'<text class="soft" x="8" y="{top + 34}">and events</text>'


def _mark(told: str, shapes: str) -> str:
    label = escape(told, quote=True)
    return f'<g tabindex="0" role="img" aria-label="{label}">{shapes}<title>{label}</title></g>'


def _bar(picture: _Picture, kind: str, who: str, start: float, end: float, y: int) -> str:
    x = picture.x(start)
    width = max(2.0, round(picture.x(end) - x, 1))
    height = _SAID if kind == "said" else _HEARD
    return (
        f'<rect class="{kind} {picture.colour(who)}" x="{x}" y="{y}" width="{width}" '
        f'height="{height}" rx="3"/>'
    )


def _said(picture: _Picture) -> Iterator[str]:
    for line in picture.recording.lines:
        who = line.line.who
        start, end = line.speech_start_seconds, line.speech_end_seconds
        name = picture.recording.call.participant(who).name
        told = f"{name} says from {picture.stamp(start)} to {picture.stamp(end)}: {line.line.say}"
        yield _mark(told, _bar(picture, "said", who, start, end, picture.lane(who) + 4))


def _heard(picture: _Picture) -> Iterator[str]:
    recording = picture.recording
    for seen in recording.hosts[0].transcripts:
        who = recording.speaker_of(seen.attributes.speaker_identity)
        if who and not seen.attributes.final:
            yield _interim(picture, who, seen)
    for seen in read_finals(recording):
        who = recording.speaker_of(seen.attributes.speaker_identity)
        if who is None:
            continue
        y = picture.lane(who) + 28
        arrived = picture.x(seen.received_seconds)
        end = picture.x(end_of(seen))
        name = recording.call.participant(who).name
        told = (
            f"final of {name}, {picture.stamp(start_of(seen))} to {picture.stamp(end_of(seen))}, "
            f"arrived at {picture.stamp(seen.received_seconds)}: {seen.text}"
        )
        lead = (
            f'<line class="late {picture.colour(who)}" x1="{end}" x2="{arrived}" '
            f'y1="{y + 7}" y2="{y + 7}"/><circle class="{picture.colour(who)}" cx="{arrived}" '
            f'cy="{y + 7}" r="3"/>'
        )
        yield _mark(told, _bar(picture, "heard", who, start_of(seen), end_of(seen), y) + lead)


def _interim(picture: _Picture, who: str, seen: SeenTranscript) -> str:
    # Hundreds of them: readable by pointing, but no stop for the Tab key.
    x, y = picture.x(seen.received_seconds), picture.lane(who) + 46
    told = escape(f"interim at {picture.stamp(seen.received_seconds)}: {seen.text}")
    return (
        f'<rect class="interim {picture.colour(who)}" x="{x}" y="{y}" width="2" height="6">'
        f"<title>{told}</title></rect>"
    )


def _points(picture: _Picture) -> Iterator[str]:
    recording = picture.recording
    y = picture.points_top + 16
    for host in recording.hosts:
        for message in host.messages:
            point = message.point
            if point is None or not point.complete:
                continue
            x = picture.x(message.received_seconds)
            delay = phrase_delay(recording, message)
            after = "" if delay is None else f", {delay * 1000:.0f} ms after the phrase"
            told = (
                f"talking point {point.rule_id or point.source} for {host.name} at "
                f'{picture.stamp(message.received_seconds)}{after}, upon "{point.quote}": '
                f"{point.text}"
            )
            diamond = f"M{x} {y - 8} L{x + 8} {y} L{x} {y + 8} L{x - 8} {y} Z"
            yield _mark(
                told, _lead(picture, message, x, y) + f'<path class="point" d="{diamond}"/>'
            )


def _lead(picture: _Picture, message: SeenMessage, x: float, y: int) -> str:
    """A line from the end of the phrase, in its speaker's lane, to the talking point."""
    recording = picture.recording
    for expected in recording.call.expectations.talking_points:
        end = phrase_end(recording, expected)
        if message.point and end is not None and is_meant(expected, message.point):
            who = recording.call.lines[recording.call.lines_meant(expected)[0]].who
            top = picture.lane(who) + 4 + _SAID
            start = picture.x(end)
            return f'<line class="lead" x1="{start}" y1="{top}" x2="{x}" y2="{y}"/>'
    return ""


def _events(picture: _Picture) -> Iterator[str]:
    for number, played in enumerate(picture.recording.events):
        event = played.event
        x = picture.x(played.began_seconds)
        what = event.do.replace("_", " ") + (f" {event.who}" if event.who else "")
        lasted = (played.done_seconds - played.began_seconds) * 1000
        told = f"{what} at {picture.stamp(played.began_seconds)}, took {lasted:.0f} ms"
        top = picture.lane(event.who) if event.who else _TOP
        # Two rows of names: events that follow each other closely do not write over each other.
        bottom = picture.points_top + _POINTS - 16 + 12 * (number % 2)
        yield _mark(
            told,
            f'<line class="event" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'
            f'<text class="soft" x="{x + 3}" y="{bottom + 10}">{escape(what)}</text>',
        )
