"""When each line and each event of a call is due, with the silences at another speed."""

from collections.abc import Callable, Sequence

from lab.call_file import CallFile


class Timeline:
    """The seconds of a call file, on the clock of a call that is played faster or slower.

    Speech always takes its own time: only what lies between is scaled, so that overlaps stay
    as they are written.
    """

    def __init__(
        self,
        call: CallFile,
        durations_seconds: Sequence[float],
        speech_ends_seconds: Sequence[float],
        speed: float = 1.0,
    ) -> None:
        """Lay out a call.

        Args:
            call: what is played.
            durations_seconds: how long each line lasts.
            speech_ends_seconds: when the last word of each line is over, in its own audio.
            speed: 2.0 halves the silences.
        """
        written = call.starts_seconds(durations_seconds)
        busy = sorted(
            (start, start + length)
            for start, length in zip(written, durations_seconds, strict=True)
        )
        self.played_seconds = _silence_warp(busy, speed)
        """Maps a second as it is written to the one at which it is played."""
        self.starts_seconds = [self.played_seconds(start) for start in written]
        """Of each line, from the start of the call."""
        self.events_seconds = [
            self.played_seconds(call.event_seconds(event, written, speech_ends_seconds))
            for event in call.events
        ]
        """Of each event, from the start of the call."""
        ends = [
            start + length
            for start, length in zip(self.starts_seconds, durations_seconds, strict=True)
        ]
        self.end_seconds = max([*ends, *self.events_seconds])
        """Of the last line or event."""


def _silence_warp(busy: list[tuple[float, float]], speed: float) -> Callable[[float], float]:
    """Return what maps a written second to a played one."""

    def warp(written: float) -> float:
        played = reached = 0.0
        for start, end in busy:
            if start > reached:
                played += (min(start, max(written, reached)) - reached) / speed
                reached = start
            if written <= start:
                return played
            if end > reached:
                played += min(end, written) - reached
                reached = end
            if written <= end:
                return played
        return played + (written - reached) / speed

    return warp
