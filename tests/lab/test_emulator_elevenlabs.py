"""The emulator of ElevenLabs, spoken to as the service's own clients do."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.elevenlabs_faults import Fault, FaultKind, FaultScript, Moment
from lab.emulators.recognition import Answers, PocketSphinx, Voice, transcribe
from lab.emulators.serving import running_emulator
from tests.agent.speech import read_line, share_heard
from tests.lab.marked_speech import MarkReader, read_back, speak

pytestmark = pytest.mark.unit

LINE = "good morning i am happy to be here"
SPEECH = speak(LINE).tobytes()
QUERY = "model_id=scribe_v2_realtime&audio_format=pcm_16000&commit_strategy=manual"
HEADERS = {"xi-api-key": API_KEY}


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with running_emulator(ElevenLabsEmulator(MarkReader())) as running:
        yield running


@asynccontextmanager
async def connected(
    emulator: ElevenLabsEmulator, query: str = QUERY, key: str = API_KEY
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    url = f"{emulator.base_url}/v1/speech-to-text/realtime?{query}"
    async with (
        asyncio.timeout(30),
        aiohttp.ClientSession() as http,
        http.ws_connect(url, headers={"xi-api-key": key}) as socket,
    ):
        yield socket


async def send(
    socket: aiohttp.ClientWebSocketResponse, pcm: bytes = b"", *, commit: bool = False, **more: Any
) -> None:
    message = {
        "message_type": "input_audio_chunk",
        "audio_base_64": base64.b64encode(pcm).decode(),
        "commit": commit,
        "sample_rate": 16000,
    }
    await socket.send_str(json.dumps(message | more))


async def receive(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """Return the next message of a kind; the partials before it are skipped."""
    while True:
        message: dict[str, Any] = await socket.receive_json()
        if message["message_type"] == kind:
            return message
        assert message["message_type"] == "partial_transcript"


async def close_code(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    async for _ in socket:
        pass
    return socket.close_code


async def test_a_session_says_how_it_is_set_up(emulator: ElevenLabsEmulator) -> None:
    async with connected(emulator, f"{QUERY}&language_code=en&keyterms=Hub%20Spot") as socket:
        started = await receive(socket, "session_started")
    assert started["session_id"]
    assert started["config"]["sample_rate"] == 16000
    assert started["config"]["commit_strategy"] == "manual"
    assert started["config"]["language_code"] == "en"
    assert started["config"]["keyterms"] == ["Hub Spot"]


async def test_a_commit_is_answered_twice_after_its_partials(emulator: ElevenLabsEmulator) -> None:
    async with connected(emulator) as socket:
        await receive(socket, "session_started")
        for half in (SPEECH[:40000], SPEECH[40000:]):
            await send(socket, half)
        assert LINE.startswith((await socket.receive_json())["text"])
        await send(socket, commit=True)
        plain = await receive(socket, "committed_transcript")
        timed = await socket.receive_json()
    assert plain == {"message_type": "committed_transcript", "text": LINE}
    assert timed["message_type"] == "committed_transcript_with_timestamps"
    assert timed["text"] == "".join(word["text"] for word in timed["words"]) == LINE
    assert {word["type"] for word in timed["words"]} == {"word", "spacing"}
    assert emulator.record.commits[0].seconds == pytest.approx(2.4)


async def test_a_bare_commit_message_commits_too(emulator: ElevenLabsEmulator) -> None:
    async with connected(emulator) as socket:
        await receive(socket, "session_started")
        await send(socket, SPEECH)
        await socket.send_str('{"message_type": "commit"}')
        assert (await receive(socket, "committed_transcript"))["text"] == LINE


async def test_a_wrong_key_is_refused_at_the_handshake(emulator: ElevenLabsEmulator) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with connected(emulator, key="wrong"):
            pass
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "query",
    [
        "model_id=scribe_v9",
        f"{QUERY}&language_code=en-US",
        f"{QUERY}&keyterms={'x' * 21}",
        f"{QUERY}&{'&'.join(f'keyterms=t{number}' for number in range(51))}",
        f"{QUERY}&enable_logging=yes",
        f"{QUERY}&unheard_of=1",
        f"{QUERY}&model_id=scribe_v2_realtime",
        QUERY.replace("16000", "8000"),
        "",
    ],
)
async def test_a_parameter_that_the_service_refuses_ends_the_session(
    emulator: ElevenLabsEmulator, query: str
) -> None:
    async with connected(emulator, query) as socket:
        assert (await socket.receive_json())["message_type"] == "invalid_request"
        assert await close_code(socket) == 1008


async def test_fifty_terms_of_twenty_characters_are_taken(emulator: ElevenLabsEmulator) -> None:
    terms = "&".join(f"keyterms={number:020}" for number in range(50))
    async with connected(emulator, f"{QUERY}&{terms}") as socket:
        started = await receive(socket, "session_started")
    assert len(started["config"]["keyterms"]) == 50


@pytest.mark.parametrize("seconds", [0.0, 0.29])
async def test_a_commit_of_less_than_300_ms_closes_the_session(
    emulator: ElevenLabsEmulator, seconds: float
) -> None:
    async with connected(emulator) as socket:
        await receive(socket, "session_started")
        await send(socket, bytes(round(seconds * 16000) * 2), commit=True)
        await receive(socket, "commit_throttled")
        assert await close_code(socket) == 1008


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        '{"message_type": "something"}',
        '{"message_type": "input_audio_chunk", "audio_base_64": "?"}',
        '{"message_type": "input_audio_chunk", "audio_base_64": "AAAA"}',
        '{"message_type": "input_audio_chunk", "sample_rate": 48000}',
    ],
)
async def test_a_message_that_is_not_of_the_protocol_ends_the_session(
    emulator: ElevenLabsEmulator, message: str
) -> None:
    async with connected(emulator) as socket:
        await receive(socket, "session_started")
        await socket.send_str(message)
        await receive(socket, "input_error")


async def test_previous_text_is_for_the_first_audio_only(emulator: ElevenLabsEmulator) -> None:
    async with connected(emulator) as socket:
        await receive(socket, "session_started")
        await send(socket, SPEECH, previous_text="and then")
        await send(socket, SPEECH, previous_text="and then")
        await receive(socket, "input_error")


async def test_an_idle_session_is_closed_without_a_word() -> None:
    sleepy = ElevenLabsEmulator(MarkReader(), idle_seconds=0.05)
    async with running_emulator(sleepy), connected(sleepy) as socket:
        await receive(socket, "session_started")
        assert await close_code(socket) == 1000


async def test_at_90_seconds_the_service_commits_by_itself(emulator: ElevenLabsEmulator) -> None:
    async with connected(emulator) as socket:
        await receive(socket, "session_started")
        for _ in range(10):
            await send(socket, bytes(9 * 32000))
        assert (await receive(socket, "committed_transcript"))["text"] == ""
    assert [(commit.automatic, commit.seconds) for commit in emulator.record.commits] == [
        (True, 90.0)
    ]


async def test_the_record_names_headers_and_shows_no_secret(emulator: ElevenLabsEmulator) -> None:
    async with connected(emulator, f"{QUERY}&token=once") as socket:
        await receive(socket, "session_started")
        await send(socket)
        await send(socket, SPEECH)
        await send(socket, commit=True)
        await receive(socket, "committed_transcript")
        async with aiohttp.ClientSession() as http:
            shown = await (await http.get(f"{emulator.base_url}/emulator/record")).text()
    record = json.loads(shown)
    assert record["keep_alives"] == 1
    assert record["audio_seconds"] == pytest.approx(2.4)
    assert record["connections"] == record["open_sessions"] == len(record["commits"]) == 1
    assert API_KEY not in shown
    assert "once" not in shown


async def test_faults_and_drops_are_scripted_over_http(emulator: ElevenLabsEmulator) -> None:
    async with aiohttp.ClientSession() as http, connected(emulator) as socket:
        await receive(socket, "session_started")
        address = f"{emulator.base_url}/emulator"
        script = [{"kind": "error", "message_type": "rate_limited", "at": "commit"}]
        assert (await http.put(f"{address}/faults", json=script)).status == 200
        assert (await http.put(f"{address}/faults", json=[{"kind": "no such"}])).status == 400
        assert [fault.message_type for fault in emulator.faults.left] == ["rate_limited"]
        dropped = await (await http.post(f"{address}/drop")).json()
        assert dropped == {"sessions": 1}
        assert await close_code(socket) == 1006


def test_a_fault_comes_when_where_and_as_often_as_it_says() -> None:
    script = FaultScript()
    script.add(
        Fault(kind=FaultKind.DROP, connection=2, after_seconds=1.5),
        Fault(kind=FaultKind.SLOW, seconds=1.0, times=2),
        Fault(kind=FaultKind.TRIPLED, commit=2, times=None),
    )
    assert script.take(Moment.AUDIO, connection=1, seconds=9) == []
    assert script.take(Moment.AUDIO, connection=2, seconds=1.4) == []
    assert [fault.kind for fault in script.take(Moment.AUDIO, connection=2, seconds=1.5)] == [
        FaultKind.DROP
    ]
    taken = [
        [fault.kind.value for fault in script.take(Moment.COMMIT, connection=3, commit=number)]
        for number in (1, 2, 2)
    ]
    assert taken == [["slow"], ["slow", "tripled"], ["tripled"]]
    assert [fault.kind for fault in script.left] == [FaultKind.TRIPLED]


async def post_recording(
    emulator: ElevenLabsEmulator, key: str = API_KEY, **fields: str
) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData({"model_id": "scribe_v2", "file_format": "pcm_s16le_16"} | fields)
    form.add_field("file", SPEECH, filename="speech.pcm")
    async with (
        aiohttp.ClientSession(headers={"xi-api-key": key}) as http,
        http.post(f"{emulator.base_url}/v1/speech-to-text", data=form) as response,
    ):
        return response.status, await response.json()


async def test_a_recording_is_answered_with_text_words_and_length(
    emulator: ElevenLabsEmulator,
) -> None:
    status, answer = await post_recording(emulator, webhook_metadata="null")
    assert status == 200
    assert answer["text"] == LINE
    assert answer["audio_duration_secs"] == pytest.approx(2.4)
    assert answer["language_code"] == "eng"
    assert [word["text"] for word in answer["words"] if word["type"] == "word"] == LINE.split()


@pytest.mark.parametrize(
    ("key", "fields", "status", "name"),
    [
        ("wrong", {}, 401, "invalid_api_key"),
        (API_KEY, {"model_id": "scribe_v2_realtime"}, 400, "invalid_parameters"),
        (API_KEY, {"keyterms": "x" * 51}, 400, "invalid_parameters"),
        (API_KEY, {"file_format": "other"}, 400, "invalid_parameters"),
        (API_KEY, {"unheard_of": "1"}, 400, "invalid_parameters"),
    ],
)
async def test_a_wrong_batch_request_is_refused_as_the_service_does(
    emulator: ElevenLabsEmulator, key: str, fields: dict[str, str], status: int, name: str
) -> None:
    answered, body = await post_recording(emulator, key, **fields)
    assert (answered, body["detail"]["status"]) == (status, name)


async def test_answers_are_given_in_order_and_then_made_from_the_length() -> None:
    answers = Answers(["first text", "second text"])
    assert await transcribe(answers, SPEECH) == "first text"
    assert await transcribe(answers, SPEECH) == "second text"
    voice = Voice()
    made = []
    for _ in range(2):
        hearing = answers.open_segment(voice)
        partial = await hearing.push(SPEECH[: len(SPEECH) // 2])
        await hearing.push(SPEECH[len(SPEECH) // 2 :])
        made.append(await hearing.end())
        assert made[-1].startswith(partial)
    assert [len(text.split()) for text in made] == [6, 6]
    assert made[0] != made[1]


async def test_pocketsphinx_hears_real_words_and_two_speakers_apart() -> None:
    first, second = read_line(2), read_line(16)
    async with asyncio.timeout(120), PocketSphinx() as recognizer:
        heard = await asyncio.gather(
            transcribe(recognizer, first.pcm), transcribe(recognizer, second.pcm)
        )
    assert share_heard(first.words, heard[0]) >= 0.7
    assert share_heard(second.words, heard[1]) >= 0.6


def test_marked_speech_shows_what_is_missing_and_what_is_double() -> None:
    samples = speak("one two three")
    assert read_back(samples.tobytes()) == "one two three"
    assert read_back(samples[:6000].tobytes()) == "one two?"
    assert "?" in read_back(samples[:3000].tobytes() + samples.tobytes())


async def test_it_runs_by_hand_with_a_script_and_answers(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"kind": "tripled"}]')
    answers = tmp_path / "answers.txt"
    answers.write_text("hello there\n")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lab.emulators.elevenlabs"),
        *("--faults", str(faults), "--answers", str(answers)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        started = ElevenLabsEmulator(Answers())
        started.base_url = (await process.stdout.readline()).decode().strip()
        async with connected(started) as socket:
            await receive(socket, "session_started")
            await send(socket, SPEECH)
            await send(socket, commit=True)
            answer = await receive(socket, "committed_transcript")
    finally:
        process.terminate()
        code = await process.wait()
    assert answer["text"] == "hello there hello there hello there"
    assert code == -signal.SIGTERM
