"""How fast a recording is transcribed, and how long it will take. Pure: the time comes in."""

from collections import deque
from dataclasses import dataclass
from typing import Final

WINDOW_SECONDS: Final = 30.0
"""The speed is that of the last half minute: what else runs on the machine changes."""
_MOST_MARKS: Final = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recording has come."""

    position_seconds: float
    duration_seconds: float
    speed: float | None
    """Seconds of the recording in a second; None: nobody knows yet."""

    @property
    def percent(self) -> float:
        """How much is done."""
        return min(100.0, 100 * self.position_seconds / max(0.001, self.duration_seconds))

    @property
    def seconds_left(self) -> float | None:
        """How long it will take; None: nobody knows yet."""
        if not self.speed:
            return None
        return max(0.0, self.duration_seconds - self.position_seconds) / self.speed

    def describe(self) -> str:
        """Return a line for a terminal."""
        line = f"{self.percent:5.1f} %"
        if self.speed is not None and self.seconds_left is not None:
            left = round(self.seconds_left)
            line += f"  {self.speed:.1f} x real time  {left // 60}:{left % 60:02} left"
        return line


class Pace:
    """Measures one run over a recording; what an earlier one did does not count as speed."""

    def __init__(self, duration_seconds: float) -> None:
        self._duration_seconds = duration_seconds
        self._marks: deque[tuple[float, float]] = deque(maxlen=_MOST_MARKS)

    def begin(self, position_seconds: float, now: float) -> None:
        """Take note of where this run begins to recognize; the speed counts from here."""
        self._marks.clear()
        self._marks.append((now, position_seconds))

    def note(self, position_seconds: float, now: float) -> Progress:
        """Return the progress at a position, reached now."""
        while len(self._marks) > 1 and now - self._marks[1][0] >= WINDOW_SECONDS:
            self._marks.popleft()
        speed = None
        if self._marks:
            at, position = self._marks[0]
            if now > at and position_seconds > position:
                speed = (position_seconds - position) / (now - at)
        self._marks.append((now, position_seconds))
        return Progress(position_seconds, self._duration_seconds, speed)
