"""Says the lines of a short call again and again, for as long as something is tried on it."""

from dataclasses import replace

from lab.commands import PreparedCall
from lab.suite_file import SuiteError
from lab.voices import VoiceIndex


def said_until(prepared: PreparedCall, end_seconds: float) -> PreparedCall:
    """Return the call with its lines repeated in whole rounds until a time is reached.

    Raises:
        SuiteError: a line has a fixed time, which comes only once.
    """
    lines, voices = prepared.call.lines, prepared.voices.lines
    if any(line.at is not None for line in lines):
        raise SuiteError(f"{prepared.call.title!r} is to be repeated: use after: instead of at:")
    durations = [line.seconds for line in voices]
    starts = prepared.call.starts_seconds(durations)
    round_seconds = starts[-1] + durations[-1]
    rounds = max(1, round(end_seconds / round_seconds + 0.5))
    # Copies: how a line was played is found by the line itself.
    repeated = tuple(line.model_copy() for _ in range(rounds) for line in lines)
    return replace(
        prepared,
        call=prepared.call.model_copy(update={"lines": repeated}),
        voices=VoiceIndex(lines=voices * rounds),
    )
