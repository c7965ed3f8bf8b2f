"""Says in words what a meeting's transcript lacks: an answer rests on what was heard only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from records import Store
from wire.coverage import SpeakerCoverage
from wire.gap import Gap

_WORTH_TELLING_SECONDS: Final = 5.0
_LONGEST: Final = 500
_LONGEST_NAME: Final = 60
_MOST_PERIODS: Final = 4


async def describe_gaps(store: Store, room_sid: str, room_name: str, zone: tzinfo) -> str:
    """Return who was not heard and when nobody was; empty when nothing is known to be missing.

    Args:
        store: where coverage, consent and erasures are.
        room_sid: of the meeting.
        room_name: of its room.
        zone: of the times in the text.

    Raises:
        StoreUnavailableError: the store is away.
    """
    coverage = await store.list_coverage(room_sid)
    names = {speaker.identity: speaker.name[:_LONGEST_NAME] for speaker in coverage}
    parts = []
    if periods := await store.list_off_the_record(room_sid):
        parts.append("off the record " + _some([_span(*one, zone) for one in periods]))
    if gaps := await store.list_gaps(room_sid):
        parts.append("nobody listened " + _some([_seconds_span(gap, zone) for gap in gaps]))
    refused = [
        names[identity]
        for identity, answer in (await store.list_consents(room_name)).items()
        if answer == "no" and identity in names
    ]
    if refused:
        parts.append(f"did not want to be transcribed: {', '.join(refused)}")
    erased = [names.get(one, "somebody") for one in await store.list_erased_speakers(room_sid)]
    if erased:
        parts.append(f"erased: earlier words of {', '.join(sorted(set(erased)))}")
    parts += _unheard(coverage, names)
    text = "; ".join(parts)
    return f"The transcript lacks: {text}."[:_LONGEST] if parts else ""


def _some(spans: Sequence[str]) -> str:
    """Name the first, and how many more there are."""
    more = len(spans) - _MOST_PERIODS
    return ", ".join(spans[:_MOST_PERIODS]) + (f" and {more} more" if more > 0 else "")


def _span(start_ms: int, end_ms: int | None, zone: tzinfo) -> str:
    start = datetime.fromtimestamp(start_ms / 1000, zone)
    if end_ms is None:
        return f"since {start:%H:%M}"
    return f"{start:%H:%M} to {datetime.fromtimestamp(end_ms / 1000, zone):%H:%M}"


def _seconds_span(gap: Gap, zone: tzinfo) -> str:
    start, end = (
        datetime.fromtimestamp(ms / 1000, zone) for ms in (gap.started_at_ms, gap.ended_at_ms)
    )
    return f"from {start:%H:%M:%S} to {end:%H:%M:%S}"


def _unheard(coverage: list[SpeakerCoverage], names: Mapping[str, str]) -> list[str]:
    """Name those of whom speech was received and not recognized, over all agents."""
    seconds: dict[str, float] = {}
    for speaker in coverage:
        # What was dropped for want of consent is told above.
        lost = sum(s for reason, s in speaker.dropped_seconds.items() if reason != "consent")
        missing = lost + speaker.without_text_seconds
        seconds[speaker.identity] = seconds.get(speaker.identity, 0.0) + missing
    return [
        f"{missing:.0f} s of {names[identity]} not understood"
        for identity, missing in seconds.items()
        if missing >= _WORTH_TELLING_SECONDS
    ]
