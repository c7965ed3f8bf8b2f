"""Recordings through ElevenLabs' batch endpoint, which says who spoke."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.stt.elevenlabs_recording import SpokenWord
from agent.transcribe.choice import make_pool
from agent.transcribe.lines import SpokenLine, lines_of
from agent.transcribe.settings import TranscribeSettings
from agent.transcribe.work import attempt
from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.elevenlabs_faults import Fault, FaultKind
from lab.emulators.recognition import Answers
from lab.emulators.serving import running_emulator
from records import Store, Upload
from tests.made_recordings import talk, write_recording

pytestmark = pytest.mark.unit

SECONDS = len(talk()) / 16_000


def word(text: str, start: float, speaker: str = "speaker_0") -> SpokenWord:
    return SpokenWord(text, start, start + 0.2, speaker)


def test_a_line_ends_with_its_speaker_at_a_pause_and_with_a_sentence() -> None:
    words = [
        word("Hello", 0.0),
        word("Ben.", 0.3),
        word("How", 0.6),
        word("Good,", 1.0, "speaker_7"),
        word("thanks", 1.3, "speaker_7"),
        word("and", 3.0, "speaker_7"),
        word("you?", 3.3, "speaker_0"),
    ]
    assert list(lines_of(words)) == [
        SpokenLine("Hello Ben.", 0.0, 0.5, 1),
        SpokenLine("How", 0.6, 0.8, 1),
        SpokenLine("Good, thanks", 1.0, 1.5, 2),
        SpokenLine("and", 3.0, 3.2, 2),
        SpokenLine("you?", 3.3, 3.5, 1),
    ]


def test_a_line_without_a_pause_ends_some_time() -> None:
    lines = list(lines_of(word("on", 0.25 * number) for number in range(400)))
    assert max(one.end_seconds - one.start_seconds for one in lines) <= 15
    assert sum(len(one.text.split()) for one in lines) == 400


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with running_emulator(ElevenLabsEmulator(Answers())) as running:
        yield running


def settings_for(emulator: ElevenLabsEmulator, **more: Any) -> TranscribeSettings:
    values = {
        "elevenlabs_api_key": API_KEY,
        "elevenlabs_base_url": emulator.base_url,
        "recognizer_processes": 1,
    }
    return TranscribeSettings(**{**values, **more})


async def transcribe(store: Store, folder: Path, settings: TranscribeSettings) -> Upload:
    path = write_recording(folder / "talk.ogg")
    await store.add_upload(
        "UP_1",
        source="command",
        name="talk.ogg",
        kind="ogg",
        size_bytes=1,
        duration_ms=round(SECONDS * 1000),
        now_ms=1_800_000_000_000,
    )
    upload = await store.begin_upload("UP_1", now_ms=0)
    assert upload is not None
    left = await attempt(store, settings, upload, path, make_pool(settings), job_id="job")
    assert left is not None
    return left


async def test_the_whole_recording_is_sent_once_and_its_speakers_are_kept(
    store: Store, tmp_path: Path, emulator: ElevenLabsEmulator
) -> None:
    left = await transcribe(store, tmp_path, settings_for(emulator))
    (request,) = emulator.record.batch_requests
    assert request == {
        "model_id": ["scribe_v2"],
        "file_format": ["pcm_s16le_16"],
        "diarize": ["true"],
        "timestamps_granularity": ["word"],
        "tag_audio_events": ["false"],
        "language_code": ["en"],
    }
    assert emulator.record.audio_seconds == pytest.approx(SECONDS, abs=0.2)
    segments = await store.list_segments("UP_1")
    assert (left.state, left.speakers) == ("done", 2)
    assert [one.sequence for one in segments] == list(range(1, len(segments) + 1))
    assert segments[0].name == "Speaker 1"
    assert {one.speaker for one in segments} == {"speaker-1", "speaker-2"}
    (usage,) = await store.list_meeting_usage("UP_1")
    assert usage.amounts["audio_seconds"] == pytest.approx(SECONDS, abs=0.2)


async def test_what_an_earlier_job_has_kept_is_not_kept_again(
    store: Store, tmp_path: Path, emulator: ElevenLabsEmulator
) -> None:
    await transcribe(store, tmp_path, settings_for(emulator))
    whole = await store.list_segments("UP_1")
    await store.forget_meetings(["UP_1"])
    await store.add_upload(
        "UP_1",
        source="command",
        name="talk.ogg",
        kind="ogg",
        size_bytes=1,
        duration_ms=round(SECONDS * 1000),
        now_ms=1_800_000_000_000,
    )
    await store.add_segment("UP_1", whole[0])
    kept_ms = round(whole[0].end_seconds * 1000) - (1_800_000_000_000 - round(SECONDS * 1000))
    await store.note_upload_position("UP_1", position_ms=kept_ms, speed=None, now_ms=0)
    await transcribe(store, tmp_path, settings_for(emulator))
    again = await store.list_segments("UP_1")
    assert [one.start_seconds for one in again] == [one.start_seconds for one in whole]
    assert [one.sequence for one in again] == [one.sequence for one in whole]


async def test_when_the_provider_refuses_the_recording_is_heard_on_this_machine(
    store: Store, tmp_path: Path, emulator: ElevenLabsEmulator
) -> None:
    refuse = Fault(kind=FaultKind.STATUS, status=401)
    emulator.script([refuse] * 30)
    left = await transcribe(store, tmp_path, settings_for(emulator, stt="elevenlabs,pocketsphinx"))
    assert left.state == "done"
    assert len(await store.list_segments("UP_1")) >= 4


async def test_near_a_cap_nothing_is_sent_to_what_costs(
    store: Store, tmp_path: Path, emulator: ElevenLabsEmulator
) -> None:
    settings = settings_for(emulator, stt="elevenlabs,pocketsphinx", cost_cap_call=0.000001)
    left = await transcribe(store, tmp_path, settings)
    assert left.state == "done"
    assert not any("diarize" in one for one in emulator.record.batch_requests)
