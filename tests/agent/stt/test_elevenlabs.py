"""ElevenLabs behind LiveKit's interface, over a real websocket to the emulator."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    APIError,
)

from agent.stt.elevenlabs_patience import Patience
from lab.emulators.elevenlabs import ElevenLabsEmulator
from lab.emulators.elevenlabs_faults import Fault, FaultKind
from lab.emulators.recognition import PocketSphinx
from lab.emulators.serving import running_emulator
from tests.agent.speech import read_line, share_heard
from tests.agent.stt.elevenlabs_speech import (
    FINAL,
    INTERIM,
    LINES,
    events_of,
    finals_in,
    hear,
    push,
    recognizer,
    say,
    text_of,
    usage_in,
)
from tests.agent.waiting import until
from tests.lab.marked_speech import MarkReader, speak

pytestmark = pytest.mark.unit


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with asyncio.timeout(60), running_emulator(ElevenLabsEmulator(MarkReader())) as running:
        yield running


async def test_every_flush_after_audio_brings_one_final_in_order(
    emulator: ElevenLabsEmulator,
) -> None:
    _, finals = await hear(recognizer(emulator), LINES)
    assert finals == LINES
    assert emulator.record.connections == 1
    assert len(emulator.record.commits) == len(LINES)


async def test_a_flush_without_audio_and_an_end_without_audio_bring_nothing(
    emulator: ElevenLabsEmulator,
) -> None:
    async with recognizer(emulator).stream() as stream:
        stream.flush()
        stream.end_input()
        assert finals_in(await events_of(stream)) == []
    assert emulator.record.audio_seconds == 0


async def test_interims_grow_and_come_before_their_final(emulator: ElevenLabsEmulator) -> None:
    async with recognizer(emulator).stream() as stream:
        for line in LINES:
            push(stream, speak(line))
            stream.flush()
        stream.end_input()
        events = [event for event in await events_of(stream) if event.type in {INTERIM, FINAL}]
    kinds = [event.type for event in events]
    for place, event in enumerate(events):
        assert LINES[kinds[:place].count(FINAL)].startswith(text_of(event))
    assert kinds.count(INTERIM) > len(LINES)


async def test_the_socket_is_open_before_anybody_speaks(emulator: ElevenLabsEmulator) -> None:
    async with recognizer(emulator).stream():
        await until(lambda: emulator.record.sessions == 1)
    await until(lambda: emulator.record.open_sessions == 0)
    assert emulator.record.audio_seconds == 0


async def test_key_language_and_terms_are_sent_as_the_service_wants_them(
    emulator: ElevenLabsEmulator,
) -> None:
    terms = ["Salesforce", "a term that is far too long for it", "Ünïcode & co", "salesforce"]
    stt_ = recognizer(emulator, language="ru-RU", keyterms=terms)
    assert (await hear(stt_, LINES[:1]))[1] == LINES[:1]
    assert emulator.record.queries == [
        {
            "model_id": ["scribe_v2_realtime"],
            "audio_format": ["pcm_16000"],
            "commit_strategy": ["manual"],
            "keyterms": ["Salesforce", "Ünïcode & co"],
            "language_code": ["ru"],
        }
    ]
    assert "xi-api-key" in [name.lower() for name in emulator.record.headers[0]]


async def test_names_that_come_in_mid_call_are_key_terms_when_nobody_speaks(
    emulator: ElevenLabsEmulator,
) -> None:
    stt_ = recognizer(
        emulator, keyterms=["Gong"], patience=Patience(keep_alive_seconds=0.05, give_up_seconds=60)
    )
    async with stt_.stream() as stream:
        push(stream, speak(LINES[0]))
        await until(lambda: emulator.record.sessions == 1)
        await stt_.expect_names(["Ana"])
        await stt_.expect_names(["Ana", "Keller"])
        stream.flush()
        await until(lambda: emulator.record.sessions == 2)
        say(stream, LINES[1])
        stream.end_input()
        assert finals_in(await events_of(stream)) == LINES[:2]
    # What was being said went on in its own session.
    terms = [query["keyterms"] for query in emulator.record.queries]
    assert terms == [["Gong"], ["Ana", "Keller", "Gong"]]
    assert len(emulator.record.commits) == 2


async def test_a_short_segment_is_filled_up_and_the_session_survives_it(
    emulator: ElevenLabsEmulator,
) -> None:
    _, finals = await hear(recognizer(emulator), ["no", *LINES])
    assert finals == ["no", *LINES]
    assert emulator.record.connections == 1
    assert emulator.record.commits[0].seconds == pytest.approx(0.35)


async def test_usage_is_what_the_service_received(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.DROP, after_seconds=1.0))
    async with recognizer(emulator).stream() as stream:
        for line in LINES:
            say(stream, line)
        stream.end_input()
        events = await events_of(stream)
    assert finals_in(events) == LINES
    assert usage_in(events) == pytest.approx(stream.sent_seconds)
    # What was under way when the connection broke may not have arrived.
    assert emulator.record.audio_seconds <= stream.sent_seconds + 1e-6


async def test_a_very_long_segment_is_committed_in_parts_and_has_one_final(
    emulator: ElevenLabsEmulator,
) -> None:
    line = " ".join(f"w{number}" for number in range(333))  # 100 s; the service cuts at 90
    stream, finals = await hear(recognizer(emulator), [line, LINES[0]])
    assert [final.replace("?", "") for final in finals] == [line, LINES[0]]
    assert len(emulator.record.commits) == 3
    assert not any(commit.automatic for commit in emulator.record.commits)
    assert stream.sessions == 1


async def test_closing_a_stream_closes_its_session(emulator: ElevenLabsEmulator) -> None:
    async with recognizer(emulator).stream() as stream:
        push(stream, speak(LINES[0]))
        await anext(event async for event in stream if event.type is INTERIM)
    await until(lambda: emulator.record.open_sessions == 0)


async def test_two_streams_have_sessions_and_finals_of_their_own(
    emulator: ElevenLabsEmulator,
) -> None:
    stt_ = recognizer(emulator)
    (_, ana), (_, ben) = await asyncio.gather(hear(stt_, LINES[:2]), hear(stt_, LINES[2:]))
    assert (ana, ben) == (LINES[:2], LINES[2:])
    assert emulator.record.connections == 2


async def test_a_recording_is_recognized_by_the_batch_endpoint(
    emulator: ElevenLabsEmulator,
) -> None:
    samples = speak(LINES[0])
    stt_ = recognizer(emulator, keyterms=["a term that is too long for streams"])
    event = await stt_.recognize(rtc.AudioFrame(samples.tobytes(), 16000, 1, len(samples)))
    assert text_of(event) == LINES[0]
    (fields,) = emulator.record.batch_requests
    assert fields["keyterms"] == ["a term that is too long for streams"]
    assert fields["language_code"] == ["en"]


@pytest.mark.parametrize(("status", "retryable"), [(401, False), (429, True), (500, True)])
async def test_a_refused_recording_says_whether_to_try_again(
    emulator: ElevenLabsEmulator, status: int, retryable: bool
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.STATUS, status=status))
    samples = speak(LINES[0])
    with pytest.raises(APIError) as caught:
        await recognizer(emulator)._recognize_impl(
            rtc.AudioFrame(samples.tobytes(), 16000, 1, len(samples)),
            conn_options=DEFAULT_API_CONNECT_OPTIONS,
        )
    assert caught.value.retryable is retryable


async def test_real_speech_comes_out_the_same_with_a_drop_in_its_middle() -> None:
    line = read_line(2)
    finals = []
    async with (
        asyncio.timeout(120),
        PocketSphinx() as sphinx,
        running_emulator(ElevenLabsEmulator(sphinx)) as emulator,
    ):
        for fault in ([], [Fault(kind=FaultKind.DROP, after_seconds=line.seconds / 2)]):
            emulator.faults.add(*fault)
            async with recognizer(emulator).stream() as stream:
                push(stream, line.samples)
                stream.end_input()
                finals += finals_in(await events_of(stream))
    assert share_heard(line.words, finals[0]) >= 0.7
    assert finals[0] == finals[1]
