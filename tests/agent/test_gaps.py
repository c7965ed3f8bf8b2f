from zoneinfo import ZoneInfo

import pytest

from agent.gaps import describe_gaps
from records import Store
from wire.coverage import SpeakerCoverage
from wire.gap import Gap

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
UTC = ZoneInfo("UTC")


def coverage(identity: str, name: str, **seconds: float) -> SpeakerCoverage:
    values = {
        "received_seconds": 100.0,
        "silent_seconds": 50.0,
        "sent_seconds": 50.0,
        "recognized_seconds": 50.0,
        "without_text_seconds": 0.0,
        **seconds,
    }
    return SpeakerCoverage(identity=identity, name=name, **values)


async def test_a_call_that_was_heard_in_full_has_no_gaps(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.put_coverage(ROOM_SID, "job", [coverage("guest-1", "Ben", without_text_seconds=2)])

    assert await describe_gaps(store, ROOM_SID, "acme", UTC) == ""


async def test_everything_that_is_missing_is_named(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.put_coverage(
        ROOM_SID,
        "job 1",
        [
            coverage("guest-1", "Ben", without_text_seconds=4.0),
            coverage("guest-2", "Cara"),
            coverage("guest-3", "Dan"),
        ],
    )
    await store.put_coverage(
        ROOM_SID, "job 2", [coverage("guest-1", "Ben", without_text_seconds=8)]
    )
    await store.begin_off_the_record(ROOM_SID, now_ms=3_600_000)
    await store.end_off_the_record(ROOM_SID, now_ms=3_720_000)
    await store.begin_off_the_record(ROOM_SID, now_ms=7_200_000)
    await store.add_gap(
        ROOM_SID,
        Gap(
            started_at_ms=3_731_000,
            ended_at_ms=3_734_250,
            reason="agent_away",
            transcript_sequence=3,
        ),
    )
    await store.put_consent("acme", "guest-2", "no", now_ms=1)
    await store.put_consent("acme", "guest-of-another-call", "no", now_ms=1)
    await store.erase_speaker(ROOM_SID, "guest-3", transcript_sequence=5, sequence=2)

    text = await describe_gaps(store, ROOM_SID, "acme", UTC)

    assert text == (
        "The transcript lacks: off the record 01:00 to 01:02, since 02:00; nobody listened "
        "from 01:02:11 to 01:02:14; did not want to be transcribed: Cara; "
        "erased: earlier words of Dan; 12 s of Ben not understood."
    )


async def test_what_is_too_much_to_name_is_counted(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    for number in range(6):
        at_ms = number * 60_000
        await store.begin_off_the_record(ROOM_SID, now_ms=at_ms)
        await store.end_off_the_record(ROOM_SID, now_ms=at_ms + 30_000)
    for number in range(5):
        at_ms = number * 60_000 + 40_000
        gap = Gap(
            started_at_ms=at_ms,
            ended_at_ms=at_ms + 2000,
            reason="agent_away",
            transcript_sequence=number + 1,
        )
        await store.add_gap(ROOM_SID, gap)

    text = await describe_gaps(store, ROOM_SID, "acme", UTC)

    off_the_record, unheard = text.split("; ")
    assert off_the_record.endswith(", 00:03 to 00:03 and 2 more")
    assert unheard.endswith(", from 00:03:40 to 00:03:42 and 1 more.")
