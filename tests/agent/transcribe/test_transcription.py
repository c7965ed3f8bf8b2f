"""A recording becomes a meeting: every final once, in order, however often the work breaks off."""

from pathlib import Path

import pytest
from livekit.agents import APIConnectionError

from agent.speech_gate import Samples
from agent.transcribe.keeping import UploadGoneError, UploadKeeping
from agent.transcribe.stretches import Stretches
from agent.transcribe.transcription import Transcription
from records import Store, Upload
from tests.made_recordings import break_middle, talk, write_recording

pytestmark = pytest.mark.unit

NOW = 1_800_000_000.0
HOURS = 6 * 3600.0


class Writes:
    """Answers with the number of samples: the same stretch gives the same text."""

    in_flight = 2

    def __init__(self, ends_after: int = 10_000) -> None:
        self.heard = 0
        self._ends_after = ends_after

    async def recognize(self, samples: Samples) -> str:
        self.heard += 1
        if self.heard > self._ends_after:
            raise APIConnectionError("gone")
        return f"{len(samples)} samples"


class Clock:
    """A second passes with every look."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_recording(tmp_path / "talk.flac")


@pytest.fixture
async def upload(store: Store, recording: Path) -> Upload:
    return await store.add_upload(
        "UP_1",
        source="http",
        name="talk.flac",
        kind="flac",
        size_bytes=480_000,
        duration_ms=len(talk()) // 16,
        now_ms=round(NOW * 1000),
    )


def expected(recording: Path) -> list[str]:
    found = Stretches(recording, most_seconds=HOURS).read()
    return [f"{len(one.samples)} samples" for one in found if one]


async def attempt(store: Store, recording: Path, recognizer: Writes) -> int:
    upload = await store.begin_upload("UP_1", now_ms=0)
    assert upload is not None
    clock = Clock()
    keeping = UploadKeeping(store, upload, clock)
    await keeping.open()
    transcription = Transcription(
        keeping, recording, recognizer, job_id="job", most_seconds=HOURS, now=clock
    )
    return await transcription.run()


async def test_a_recording_becomes_a_meeting_with_its_speakers(
    store: Store, upload: Upload, recording: Path
) -> None:
    speakers = await attempt(store, recording, Writes())
    segments = await store.list_segments("UP_1")
    assert [one.text for one in segments] == expected(recording)
    assert [one.sequence for one in segments] == list(range(1, len(segments) + 1))
    assert speakers == 2
    assert {one.name for one in segments} == {"Speaker 1", "Speaker 2"}
    assert segments[0].speaker == "speaker-1"
    left = await store.find_upload("UP_1")
    meeting = await store.find_meeting("UP_1")
    assert left is not None
    assert meeting is not None
    assert (left.state, left.percent, left.speakers) == ("done", 100.0, 2)
    assert meeting.ended_at_ms == upload.created_at_ms
    assert meeting.started_at_ms <= segments[0].start_seconds * 1000
    assert segments[-1].end_seconds * 1000 <= meeting.ended_at_ms + 1
    (coverage,) = await store.list_coverage("UP_1")
    assert coverage.received_seconds == pytest.approx(len(talk()) / 16_000, abs=0.1)
    assert coverage.recognized_seconds == coverage.sent_seconds > 0
    assert coverage.dropped_seconds == {}


async def test_what_of_a_recording_was_broken_stands_in_its_coverage(
    store: Store, upload: Upload, recording: Path
) -> None:
    await attempt(store, break_middle(recording), Writes())
    (coverage,) = await store.list_coverage("UP_1")
    unreadable = coverage.dropped_seconds["decode_error"]
    assert unreadable == pytest.approx(len(talk()) / 16_000 / 5, abs=1.2)
    told_of = coverage.silent_seconds + coverage.sent_seconds + unreadable
    assert told_of == pytest.approx(coverage.received_seconds, rel=0.01)
    assert await store.find_unreadable_seconds(["UP_1"]) == {"UP_1": unreadable}


@pytest.mark.parametrize("ends_after", [1, 2, 3])
async def test_work_that_broke_off_goes_on_and_keeps_every_final_once(
    store: Store, upload: Upload, recording: Path, ends_after: int
) -> None:
    first = Writes(ends_after)
    with pytest.raises(APIConnectionError):
        await attempt(store, recording, first)
    kept = await store.list_segments("UP_1")
    assert len(kept) < len(expected(recording))
    second = Writes()
    assert await attempt(store, recording, second) == 2
    segments = await store.list_segments("UP_1")
    assert [one.text for one in segments] == expected(recording)
    assert [one.sequence for one in segments] == list(range(1, len(segments) + 1))
    assert [one.id for one in segments][: len(kept)] == [one.id for one in kept]
    # What was kept in the last moment before may be heard again; it is not kept again.
    assert len(segments) - len(kept) <= second.heard < len(segments) or len(kept) < 2


async def test_a_final_that_was_kept_and_not_noted_is_not_kept_twice(
    store: Store, upload: Upload, recording: Path
) -> None:
    """The job died between the two."""
    with pytest.raises(APIConnectionError):
        await attempt(store, recording, Writes(2))
    await store.note_upload_position("UP_1", position_ms=0, speed=None, now_ms=0)
    await attempt(store, recording, Writes())
    segments = await store.list_segments("UP_1")
    assert [one.text for one in segments] == expected(recording)
    assert [one.sequence for one in segments] == list(range(1, len(segments) + 1))


async def test_an_upload_that_is_deleted_meanwhile_ends_the_work(
    store: Store, upload: Upload, recording: Path
) -> None:
    class Deletes(Writes):
        async def recognize(self, samples: Samples) -> str:
            await store.forget_meetings(["UP_1"])
            return await super().recognize(samples)

    with pytest.raises(UploadGoneError):
        await attempt(store, recording, Deletes())
    assert await store.list_segments("UP_1") == []
    assert await store.find_meeting("UP_1") is None
