"""Each known fault of ElevenLabs, over a real websocket: every final once, in order, right."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit.agents import (
    APIConnectionError,
    APIStatusError,
)

from agent.stt.elevenlabs_patience import Patience
from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.elevenlabs_faults import Fault, FaultKind, Moment
from lab.emulators.serving import running_emulator
from tests.agent.stt.elevenlabs_speech import (
    INTERIM,
    LINES,
    events_of,
    finals_in,
    hear,
    next_final,
    push,
    recognizer,
    say,
    text_of,
)
from tests.agent.waiting import until
from tests.lab.marked_speech import MarkReader, speak

pytestmark = pytest.mark.unit


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with asyncio.timeout(60), running_emulator(ElevenLabsEmulator(MarkReader())) as running:
        yield running


@pytest.mark.parametrize("after_seconds", [0.0, 1.2, 3.3, 6.0])
async def test_a_drop_in_mid_speech_loses_and_doubles_nothing(
    emulator: ElevenLabsEmulator, after_seconds: float
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.DROP, after_seconds=after_seconds))
    stream, finals = await hear(recognizer(emulator), LINES)
    assert finals == LINES
    assert stream.sessions == 2


async def test_a_drop_while_the_person_speaks_on_loses_nothing(
    emulator: ElevenLabsEmulator,
) -> None:
    async with recognizer(emulator).stream() as stream:
        push(stream, speak("the first half and"))
        await anext(event async for event in stream if event.type is INTERIM)
        emulator.drop_sessions()
        await until(lambda: emulator.record.sessions == 2)
        push(stream, speak("the second half"))
        stream.end_input()
        assert finals_in(await events_of(stream)) == ["the first half and the second half"]


async def test_a_drop_after_the_commit_is_answered_by_the_next_session(
    emulator: ElevenLabsEmulator,
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.DROP, at=Moment.COMMIT, commit=2))
    stream, finals = await hear(recognizer(emulator), LINES)
    assert finals == LINES
    assert stream.sessions == 2


async def test_refused_connections_and_busy_statuses_are_tried_again(
    emulator: ElevenLabsEmulator,
) -> None:
    emulator.faults.add(
        Fault(kind=FaultKind.REFUSE, connection=1),
        Fault(kind=FaultKind.STATUS, status=503, connection=2),
    )
    stream, finals = await hear(recognizer(emulator), LINES)
    assert finals == LINES
    assert emulator.record.connections == 3
    assert stream.sessions == 1


@pytest.mark.parametrize(("status", "remedy"), [(401, "key"), (403, "key"), (404, "base URL")])
async def test_a_refused_key_ends_the_stream_at_once(
    emulator: ElevenLabsEmulator, status: int, remedy: str
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.STATUS, status=status))
    async with recognizer(emulator).stream() as stream:
        with pytest.raises(APIStatusError, match=remedy) as caught:
            await events_of(stream)
    assert caught.value.status_code == status
    assert not caught.value.retryable
    assert emulator.record.connections == 1


async def test_a_wrong_key_is_never_shown(emulator: ElevenLabsEmulator) -> None:
    async with recognizer(emulator, api_key="xi-wrong").stream() as stream:
        with pytest.raises(APIStatusError) as caught:
            await events_of(stream)
    assert caught.value.status_code == 401
    assert "xi-wrong" not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("message_type", "status"),
    [("auth_error", 401), ("quota_exceeded", 402), ("unaccepted_terms", 403)],
)
@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("closes", [True, False])
async def test_what_the_service_would_refuse_again_ends_the_stream_at_once(
    emulator: ElevenLabsEmulator, message_type: Any, status: int, moment: Moment, closes: bool
) -> None:
    emulator.faults.add(
        Fault(kind=FaultKind.ERROR, at=moment, message_type=message_type, closes=closes)
    )
    async with recognizer(emulator).stream() as stream:
        say(stream, LINES[0])
        with pytest.raises(APIStatusError) as caught:
            await events_of(stream)
    assert caught.value.status_code == status
    assert not caught.value.retryable
    assert emulator.record.connections == 1
    assert not any(word in str(caught.value) for word in ("good", "morning", "played by"))


@pytest.mark.parametrize(
    "message_type",
    [
        "error",
        "rate_limited",
        "queue_overflow",
        "resource_exhausted",
        "session_time_limit_exceeded",
        "commit_throttled",
        "input_error",
        "chunk_size_exceeded",
        "transcriber_error",
        "insufficient_audio_activity",
    ],
)
@pytest.mark.parametrize("moment", [Moment.AUDIO, Moment.COMMIT])
async def test_passing_errors_lead_to_a_new_session_also_when_the_old_one_stays_open(
    emulator: ElevenLabsEmulator, message_type: Any, moment: Moment
) -> None:
    emulator.faults.add(
        Fault(
            kind=FaultKind.ERROR,
            at=moment,
            after_seconds=1.0 if moment is Moment.AUDIO else 0.0,
            message_type=message_type,
            closes=False,
        )
    )
    stream, finals = await hear(recognizer(emulator), LINES)
    assert finals == LINES
    assert stream.sessions == 2


async def test_speech_in_which_nothing_is_found_twice_has_an_empty_final(
    emulator: ElevenLabsEmulator,
) -> None:
    emulator.faults.add(
        Fault(
            kind=FaultKind.ERROR,
            at=Moment.COMMIT,
            message_type="insufficient_audio_activity",
            times=2,
        )
    )
    stream, finals = await hear(recognizer(emulator), LINES)
    assert finals == ["", *LINES[1:]]
    assert stream.sessions == 3


async def test_tripled_text_is_said_once(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.TRIPLED, times=None))
    _, finals = await hear(recognizer(emulator), [LINES[0], LINES[1], LINES[4]])
    assert finals == [LINES[0], LINES[1], LINES[4]]


async def test_the_second_final_of_a_commit_is_ignored(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.DOUBLE, times=None))
    _, finals = await hear(recognizer(emulator), [*LINES, *LINES])
    assert finals == [*LINES, *LINES]


async def test_what_is_really_said_twice_comes_twice(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.DOUBLE, times=None))
    said = ["yes", "yes", "can you hear me", "can you hear me", "no no no no no no", "yes"]
    _, finals = await hear(recognizer(emulator), said)
    assert finals == said


async def test_stale_partials_make_no_interims(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.STALE, times=None))
    stt_ = recognizer(emulator, patience=Patience(give_up_seconds=60, keep_alive_seconds=0.01))
    async with stt_.stream() as stream:
        say(stream, LINES[0])
        await next_final(stream)
        await until(lambda: emulator.record.keep_alives >= 3)  # each is answered by a stale one
        say(stream, LINES[1])
        stream.end_input()
        events = await events_of(stream)
    assert finals_in(events) == [LINES[1]]
    interims = [text_of(event) for event in events if event.type is INTERIM]
    assert interims
    assert all(LINES[1].startswith(interim) for interim in interims)


async def test_a_late_answer_is_waited_for(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.2, times=None))
    stream, finals = await hear(recognizer(emulator), LINES[:3])
    assert finals == LINES[:3]
    assert stream.sessions == 1


async def test_speech_that_is_sent_late_is_given_time_to_be_heard(
    emulator: ElevenLabsEmulator,
) -> None:
    """After an outage a service has much to hear at once; asked again it would have more."""
    emulator.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.3, times=None))
    patience = Patience(give_up_seconds=0.05, answer_seconds=0.05, catch_up_share=60.0)
    async with recognizer(emulator, patience=patience).stream() as stream:
        await until(lambda: stream.sessions == 1)
        say(stream, LINES[0])
        assert await next_final(stream) == LINES[0]
        assert stream.sessions == 1


async def test_a_service_that_is_late_every_time_is_soon_given_the_time_it_takes(
    emulator: ElevenLabsEmulator,
) -> None:
    """Each repetition would make a slow service slower, and cost."""
    emulator.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.5, times=None))
    patience = Patience(give_up_seconds=60, answer_seconds=0.2, catch_up_share=0.0)
    async with recognizer(emulator, patience=patience).stream() as stream:
        say(stream, LINES[0])
        assert await next_final(stream) == LINES[0]
        learned = stream.sessions
        for line in LINES[1:3]:
            say(stream, line)
            assert await next_final(stream) == line
    assert learned > 1, "the first answer came too late to be waited for"
    assert stream.sessions == learned


async def test_a_session_that_never_answers_is_replaced(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.SILENT, connection=1))
    patience = Patience(give_up_seconds=60, answer_seconds=0.2)
    async with recognizer(emulator, patience=patience).stream() as stream:
        say(stream, LINES[0])
        assert await next_final(stream) == LINES[0]
    assert stream.sessions >= 2


async def test_a_service_that_never_answers_is_given_up_without_its_words(
    emulator: ElevenLabsEmulator,
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.SILENT, times=None))
    patience = Patience(give_up_seconds=0.3, answer_seconds=0.1)
    async with recognizer(emulator, patience=patience).stream() as stream:
        say(stream, LINES[0])
        with pytest.raises(APIConnectionError, match="not answered speech") as caught:
            await events_of(stream)
    assert caught.value.retryable
    assert "morning" not in str(caught.value)


async def test_a_service_that_is_down_is_given_up_while_the_person_still_speaks(
    emulator: ElevenLabsEmulator,
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.REFUSE, times=None))
    async with recognizer(emulator, patience=Patience(give_up_seconds=0.2)).stream() as stream:
        push(stream, speak(LINES[0]))
        started = time.monotonic()
        with pytest.raises(APIConnectionError):
            await events_of(stream)
        assert time.monotonic() - started >= 0.15


async def test_a_service_that_is_down_in_silence_is_tried_again_and_never_given_up(
    emulator: ElevenLabsEmulator,
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.REFUSE, times=2))
    patience = Patience(give_up_seconds=0.01, answer_seconds=30)
    async with recognizer(emulator, patience=patience).stream() as stream:
        await until(lambda: stream.sessions == 1)
    assert emulator.record.connections == 3


async def test_an_idle_session_is_kept_by_signs_of_life() -> None:
    async with running_emulator(ElevenLabsEmulator(MarkReader(), idle_seconds=5.0)) as emulator:
        patience = Patience(give_up_seconds=60, keep_alive_seconds=0.01)
        async with recognizer(emulator, patience=patience).stream() as stream:
            await until(lambda: emulator.record.keep_alives >= 20)
            say(stream, LINES[0])
            assert await next_final(stream) == LINES[0]
            assert stream.sessions == 1
    assert emulator.record.audio_seconds == pytest.approx(len(speak(LINES[0])) / 16000)


async def test_a_session_closed_for_idleness_is_opened_again_before_anybody_speaks() -> None:
    sleepy = ElevenLabsEmulator(MarkReader(), idle_seconds=0.05)
    async with running_emulator(sleepy), recognizer(sleepy).stream() as stream:
        await until(lambda: sleepy.record.sessions >= 2)
        say(stream, LINES[0])
        assert await next_final(stream) == LINES[0]
        assert stream.sessions >= 2


async def test_more_speech_than_may_wait_ends_the_stream(emulator: ElevenLabsEmulator) -> None:
    emulator.faults.add(Fault(kind=FaultKind.SILENT, times=None))
    patience = Patience(give_up_seconds=60, answer_seconds=60, waiting_seconds=3.0)
    async with recognizer(emulator, patience=patience).stream() as stream:
        for _ in range(9):  # nine short ones count for 0.35 s each
            say(stream, "no")
        with pytest.raises(APIConnectionError, match="too much waits"):
            await events_of(stream)
        assert stream._unanswered.seconds < 3.5


async def test_no_word_and_no_key_gets_into_a_log(
    emulator: ElevenLabsEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.faults.add(
        Fault(kind=FaultKind.DROP, after_seconds=0.5),
        Fault(kind=FaultKind.ERROR, message_type="rate_limited", after_seconds=0.5, connection=2),
    )
    with caplog.at_level(logging.DEBUG):
        assert (await hear(recognizer(emulator), LINES))[1] == LINES
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "rate_limited" in logged
    assert API_KEY not in logged
    assert not any(line in logged for line in LINES if " " in line)


@pytest.mark.parametrize("turns", range(12))
async def test_a_stream_that_is_closed_while_its_session_breaks_ends(
    emulator: ElevenLabsEmulator, turns: int
) -> None:
    async with asyncio.timeout(30), recognizer(emulator).stream() as stream:
        push(stream, speak(LINES[0]))
        await anext(event async for event in stream if event.type is INTERIM)
        emulator.drop_sessions()
        for _ in range(turns):  # the two meet somewhere on the way
            await asyncio.sleep(0)
