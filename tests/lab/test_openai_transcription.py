"""The emulator of `audio.transcriptions`, seen through the client that talks to the real one."""

import asyncio
import io
import signal
import sys
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from lab.emulators.openai_messages import Fault
from lab.emulators.openai_transcription import API_KEY, OpenAITranscription
from lab.emulators.recognition import Answers
from lab.emulators.serving import running_emulator

pytestmark = pytest.mark.unit


@pytest.fixture
async def emulator() -> AsyncIterator[OpenAITranscription]:
    async with running_emulator(OpenAITranscription(Answers(["hello there"] * 9))) as running:
        yield running


def wav(seconds: float = 1.0, rate: int = 16000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(bytes(round(seconds * rate) * 2))
    return file.getvalue()


async def ask(emulator: OpenAITranscription, audio: bytes | None = None, **fields: Any) -> Any:
    api_key = fields.pop("api_key", API_KEY)
    async with openai.AsyncOpenAI(
        api_key=api_key, base_url=emulator.base_url, max_retries=0
    ) as client:
        given = {"model": "whisper-1", "file": ("a.wav", audio or wav(), "audio/wav")} | fields
        return await client.audio.transcriptions.create(**given)


async def test_each_form_of_answer_is_what_the_client_expects(
    emulator: OpenAITranscription,
) -> None:
    short = await ask(emulator)
    assert (short.text, short.usage.seconds) == ("hello there", 1)
    assert await ask(emulator, response_format="text") == "hello there\n"
    long = await ask(emulator, response_format="verbose_json", language="en", prompt="Gong.")
    assert long.segments[0].no_speech_prob < 0.1
    assert (long.duration, long.language) == (1.0, "english")
    assert emulator.record.requests[-1]["prompt"] == "Gong."
    assert emulator.record.audio_seconds == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"api_key": "sk-wrong"}, 401, "Incorrect API key"),
        ({"model": "whisper-9"}, 404, "does not exist"),
        ({"model": "gpt-4o-transcribe", "response_format": "verbose_json"}, 400, "not supported"),
        ({"response_format": "srt"}, 400, "not supported"),
        ({"language": "english"}, 400, "ISO 639"),
        ({"extra_body": {"colour": "blue"}}, 400, "unknown parameters"),
        ({"file": ("a.wav", b"no sound", "audio/wav")}, 400, "not a WAV"),
        ({"file": ("a.wav", wav(rate=8000), "audio/wav")}, 400, "16000 Hz"),
        ({"file": ("a.wav", wav(0.05), "audio/wav")}, 400, "too short"),
    ],
)
async def test_what_is_wrong_is_refused(
    fields: dict[str, Any], status: int, words: str, emulator: OpenAITranscription
) -> None:
    with pytest.raises(openai.APIStatusError, match=words) as caught:
        await ask(emulator, **fields)
    assert caught.value.status_code == status


async def test_faults_come_in_the_order_of_the_script(emulator: OpenAITranscription) -> None:
    emulator.faults.extend(
        [Fault(status=429, quota=True), Fault(kind="cut"), Fault(status=500, times=2)]
    )
    with pytest.raises(openai.RateLimitError) as caught:
        await ask(emulator)
    assert caught.value.code == "insufficient_quota"
    with pytest.raises(openai.APIConnectionError):
        await ask(emulator)
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            await ask(emulator)
    assert (await ask(emulator)).text == "hello there"


async def test_the_script_can_be_replaced_from_outside(emulator: OpenAITranscription) -> None:
    control = emulator.base_url.removesuffix("/v1") + "/emulator"
    async with aiohttp.ClientSession() as http:
        faults = [{"kind": "text", "text": "by script"}]
        async with http.put(f"{control}/faults", json=faults) as answer:
            assert await answer.json() == {"faults": 1}
        async with http.put(f"{control}/faults", json=[{"kind": "explode"}]) as answer:
            assert answer.status == 400
        assert (await ask(emulator)).text == "by script"
        async with http.get(f"{control}/record") as answer:
            assert (await answer.json())["audio_seconds"] == [1.0]


async def test_it_runs_by_hand(tmp_path: Path) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("from the file\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "lab.emulators.openai_transcription", "--answers", str(answers), "--model", "m"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    async with asyncio.timeout(60):
        emulator = OpenAITranscription(Answers())
        emulator.base_url = (await process.stdout.readline()).decode().strip()
        assert (await ask(emulator, model="m")).text == "from the file"
        process.terminate()
        assert await process.wait() == -signal.SIGTERM
