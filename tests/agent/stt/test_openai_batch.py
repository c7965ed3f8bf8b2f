"""The transcription client over real sockets, with a server that speaks OpenAI's protocol."""

import asyncio

import numpy as np
import pytest
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError
from livekit.agents.metrics import STTMetrics

from agent.stt.openai_batch import OpenAIBatchStream, OpenAIBatchSTT, last_words
from agent.stt.segments import WAITING_SEGMENTS
from lab.emulators.openai_messages import Fault
from lab.emulators.openai_transcription import API_KEY, OpenAITranscription
from lab.emulators.recognition import PocketSphinx
from tests.agent.speech import read_line, share_heard, silence
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.streams import finals_of, frames, next_final, push, speak
from tests.agent.waiting import until

pytestmark = pytest.mark.unit

SECRET = "the merger is off"


def client(server: OpenAITranscription, **changes: object) -> OpenAIBatchSTT:
    options: dict[str, object] = {
        "api_key": API_KEY,
        "base_url": server.base_url,
        "model": "whisper-1",
    }
    return OpenAIBatchSTT(**(options | changes))  # type: ignore[arg-type]


async def failure(server: OpenAITranscription, **changes: object) -> APIError:
    async with client(server, **changes) as recognizer, recognizer.stream() as stream:
        speak(stream)
        with pytest.raises(APIError) as caught:
            await next_final(stream)
    assert SECRET not in repr(caught.value)
    return caught.value


async def test_real_speech_comes_back_as_words(start_server: StartServer) -> None:
    line = read_line(2)
    async with PocketSphinx() as recognizer:
        server = await start_server(recognizer=recognizer)
        async with client(server) as transcriber, transcriber.stream() as stream:
            push(stream, line.samples)
            stream.end_input()
            (heard,) = await finals_of(stream)
    assert share_heard(line.words, heard) >= 0.6
    assert server.record.audio_seconds == [pytest.approx(line.seconds)]


async def test_finals_come_in_order_with_at_most_two_requests_under_way(
    start_server: StartServer,
) -> None:
    server = await start_server()
    server.faults.extend(
        [Fault(kind="slow", seconds=0.2)]
        + [Fault(kind="text", text=text) for text in ("two", "three", "four")]
    )
    async with client(server) as transcriber, transcriber.stream() as stream:
        for seconds in (1.0, 1.1, 1.2, 1.3):
            speak(stream, seconds)
        stream.end_input()
        finals = await finals_of(stream)
    assert finals[1:] == ["two", "three", "four"]
    assert server.record.most_in_flight == 2


async def test_the_prompt_holds_the_terms_and_what_the_stream_heard_last(
    start_server: StartServer,
) -> None:
    server = await start_server("we use Gong today", "and it is slow")
    async with client(server, key_terms=["Salesforce", "Gong"]) as transcriber:
        async with transcriber.stream() as stream:
            for _ in range(2):
                speak(stream)
                await next_final(stream)
            stream.end_input()
        async with transcriber.stream() as stream:
            speak(stream)
            await next_final(stream)
    prompts = [fields["prompt"] for fields in server.record.requests]
    assert prompts == [
        "Salesforce, Gong.",
        "Salesforce, Gong. we use Gong today",
        "Salesforce, Gong.",
    ]
    assert server.record.requests[0]["language"] == "en"


async def test_names_that_come_in_mid_call_stand_first_in_the_next_prompt(
    start_server: StartServer,
) -> None:
    server = await start_server()
    transcriber = client(server, key_terms=["Salesforce"], context_characters=0)
    async with transcriber, transcriber.stream() as stream:
        for names in (["Ana"], ["Ana", "Keller"]):
            speak(stream)
            await next_final(stream)
            await transcriber.expect_names(names)
        speak(stream)
        await next_final(stream)
    prompts = [fields["prompt"] for fields in server.record.requests]
    assert prompts == ["Salesforce.", "Ana, Salesforce.", "Ana, Keller, Salesforce."]


async def test_without_context_there_is_no_prompt(start_server: StartServer) -> None:
    server = await start_server("one", "two")
    async with (
        client(server, context_characters=0) as transcriber,
        transcriber.stream() as stream,
    ):
        for _ in range(2):
            speak(stream)
            await next_final(stream)
        stream.end_input()
    assert all("prompt" not in fields for fields in server.record.requests)


def test_the_context_begins_with_a_whole_word() -> None:
    assert last_words("what the budget allows", 15) == "budget allows"
    assert last_words("short", 200) == "short"
    assert last_words("anything", 0) == ""


@pytest.mark.parametrize(
    ("fault", "status", "retryable", "words"),
    [
        (Fault(status=401), 401, False, "STT_OPENAI_API_KEY"),
        (Fault(status=404), 404, False, "STT_OPENAI_MODEL"),
        (Fault(status=429), 429, True, "limit"),
        (Fault(status=429, quota=True), 429, True, "quota"),
        (Fault(status=500), 500, True, "500"),
    ],
)
async def test_a_refusal_keeps_its_status_and_names_the_remedy(
    fault: Fault, status: int, retryable: bool, words: str, start_server: StartServer
) -> None:
    server = await start_server()
    server.faults.append(fault)
    error = await failure(server)
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.retryable) == (status, retryable)
    assert words in str(error)


async def test_a_wrong_key_and_an_unknown_model_are_refused(start_server: StartServer) -> None:
    server = await start_server()
    for changes, status in (({"api_key": "sk-wrong"}, 401), ({"model": "whisper-9"}, 404)):
        error = await failure(server, **changes)
        assert isinstance(error, APIStatusError)
        assert error.status_code == status
        assert "sk-wrong" not in repr(error)


async def test_no_answer_in_time_is_a_timeout(start_server: StartServer) -> None:
    server = await start_server()
    server.faults.append(Fault(kind="hang"))
    assert isinstance(await failure(server, timeout_seconds=0.1), APITimeoutError)


async def test_a_server_that_is_not_there_cannot_be_reached(start_server: StartServer) -> None:
    server = await start_server()
    server.faults.append(Fault(kind="refuse", times=None))
    error = await failure(server)
    assert type(error) is APIConnectionError


@pytest.mark.parametrize("kind", ["cut", "refuse"])
async def test_a_broken_connection_is_tried_once_more(kind: str, start_server: StartServer) -> None:
    server = await start_server()
    server.faults.extend([Fault(kind=kind), Fault(kind="text", text="heard after all")])
    async with client(server) as transcriber, transcriber.stream() as stream:
        speak(stream)
        assert await next_final(stream) == "heard after all"


async def test_an_answer_that_is_no_transcription_is_an_error(start_server: StartServer) -> None:
    server = await start_server()
    server.faults.append(Fault(kind="not_json"))
    assert "STT_OPENAI_BASE_URL" in str(await failure(server))


async def test_a_server_without_the_long_form_is_asked_for_the_short_one(
    start_server: StartServer,
) -> None:
    server = await start_server("one", "two")
    server.knows_verbose_json = False
    async with client(server) as transcriber, transcriber.stream() as stream:
        for _ in range(2):
            speak(stream)
            await next_final(stream)
        stream.end_input()
    forms = [fields["response_format"] for fields in server.record.requests]
    assert forms == ["verbose_json", "json", "json"]


async def test_a_syllable_is_made_long_enough_for_the_server(start_server: StartServer) -> None:
    server = await start_server("yes")
    async with client(server) as transcriber, transcriber.stream() as stream:
        speak(stream, 0.05)
        assert await next_final(stream) == "yes"
    assert server.record.audio_seconds == [pytest.approx(0.3)]


async def test_text_that_was_hardly_spoken_is_left_out(start_server: StartServer) -> None:
    server = await start_server()
    server.faults.extend(
        [
            Fault(kind="text", text="Thanks for watching!"),
            Fault(kind="text", text="we would like to buy", no_speech=True),
            Fault(kind="text", text=" ".join(["again"] * 40)),
        ]
    )
    async with client(server) as transcriber, transcriber.stream() as stream:
        push(stream, silence(1.0))
        stream.flush()
        speak(stream)
        speak(stream)
        stream.end_input()
        assert await finals_of(stream) == ["", "", ""]
    assert isinstance(transcriber, OpenAIBatchSTT)
    assert transcriber.invented_segments == 3


async def test_the_same_words_said_aloud_are_kept(start_server: StartServer) -> None:
    server = await start_server("Thanks for watching!")
    async with client(server) as transcriber, transcriber.stream() as stream:
        speak(stream, 1.5)
        assert await next_final(stream) == "Thanks for watching!"


async def test_a_prompt_that_comes_back_over_silence_is_left_out(
    start_server: StartServer,
) -> None:
    server = await start_server("we use Gong today", "we use Gong today")
    async with client(server) as transcriber, transcriber.stream() as stream:
        speak(stream, 1.5)
        assert await next_final(stream) == "we use Gong today"
        noise = np.random.default_rng(5).normal(0, 20, 24000).astype(np.int16)
        push(stream, noise)
        stream.end_input()
        assert await finals_of(stream) == [""]


async def test_too_many_waiting_segments_are_refused_in_order(start_server: StartServer) -> None:
    server = await start_server(*[f"text {number}" for number in range(WAITING_SEGMENTS)])
    server.faults.append(Fault(kind="slow", seconds=0.2))
    async with client(server) as transcriber, transcriber.stream() as stream:
        for _ in range(WAITING_SEGMENTS + 2):
            speak(stream, 0.5)
        stream.end_input()
        finals = await finals_of(stream)
    assert finals[WAITING_SEGMENTS:] == ["(queue_full)", "(queue_full)"]
    assert "(queue_full)" not in finals[:WAITING_SEGMENTS]
    assert isinstance(stream, OpenAIBatchStream)
    assert stream.refused_segments == 2


async def test_it_says_that_it_has_no_interims_and_what_it_used(
    start_server: StartServer,
) -> None:
    server = await start_server("one")
    used: list[STTMetrics] = []
    async with client(server) as transcriber:
        transcriber.on("metrics_collected", used.append)
        assert not transcriber.capabilities.interim_results
        async with transcriber.stream() as stream:
            speak(stream)
            assert await next_final(stream) == "one"
            await until(lambda: used)
    assert used[0].audio_duration == pytest.approx(1.0)


async def test_a_whole_recording_can_be_recognized(start_server: StartServer) -> None:
    server = await start_server("all of it")
    async with client(server) as transcriber:
        event = await transcriber.recognize(frames(read_line(2).samples))
    assert event.alternatives[0].text == "all of it"


async def test_closing_a_stream_lets_go_of_a_request_that_hangs(
    start_server: StartServer,
) -> None:
    server = await start_server()
    server.faults.append(Fault(kind="hang"))
    async with client(server) as transcriber, transcriber.stream() as stream:
        speak(stream)
        async with asyncio.timeout(20):
            await server.asked.wait()
