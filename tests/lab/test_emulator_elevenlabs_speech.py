"""The multi-context websocket of the emulated speech, and its control."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
import pytest

from lab.emulators.elevenlabs_speech import (
    API_KEY,
    VOICE_ID,
    ElevenLabsSpeech,
    main,
    running_emulator,
)
from lab.emulators.elevenlabs_speech_messages import SpeechFault

pytestmark = pytest.mark.unit

OPENING = {"text": " ", "voice_settings": {"stability": 0.5}}


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsSpeech]:
    async with asyncio.timeout(60), running_emulator(ElevenLabsSpeech()) as running:
        yield running


@asynccontextmanager
async def socket_to(
    emulator: ElevenLabsSpeech, key: str = API_KEY, **query: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    url = f"{emulator.base_url}/v1/text-to-speech/{VOICE_ID}/multi-stream-input"
    params = {"model_id": "eleven_flash_v2_5", "output_format": "pcm_16000"} | query
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url, params=params, headers={"xi-api-key": key}) as socket,
    ):
        yield socket


async def messages_until_final(
    socket: aiohttp.ClientWebSocketResponse,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not (found and found[-1].get("isFinal")):
        found.append(json.loads((await socket.receive()).data))
    return found


async def test_a_context_speaks_when_it_is_flushed_and_ends_when_it_is_closed(
    emulator: ElevenLabsSpeech,
) -> None:
    async with socket_to(emulator) as socket:
        await socket.send_json({**OPENING, "context_id": "a"})
        await socket.send_json({"text": "Good morning. ", "context_id": "a", "flush": True})
        await socket.send_json({"context_id": "a", "close_context": True})
        *audio, last = await messages_until_final(socket)
    assert last == {"isFinal": True, "contextId": "a"}
    assert {message["contextId"] for message in audio} == {"a"}
    assert "".join("".join(one["alignment"]["chars"]) for one in audio) == "Good morning."
    assert all(
        len(one["alignment"][key]) == len(one["alignment"]["chars"])
        for one in audio
        for key in ("charStartTimesMs", "charDurationsMs")
    )
    pcm = b"".join(base64.b64decode(one["audio"]) for one in audio)
    assert np.abs(np.frombuffer(pcm, np.int16)).max() > 3000
    assert (emulator.record.characters, emulator.record.contexts) == (13, ["a"])


async def test_the_end_of_the_socket_speaks_what_is_left(emulator: ElevenLabsSpeech) -> None:
    async with socket_to(emulator) as socket:
        await socket.send_json({"text": "One. ", "context_id": "a"})
        await socket.send_json({"text": "Two. ", "context_id": "b"})
        await socket.send_json({"close_socket": True})
        first = await messages_until_final(socket)
        second = await messages_until_final(socket)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    assert (first[-1]["contextId"], second[-1]["contextId"]) == ("a", "b")


async def test_auto_mode_speaks_without_a_flush(emulator: ElevenLabsSpeech) -> None:
    async with socket_to(emulator, auto_mode="true") as socket:
        await socket.send_json({"text": "Hello. ", "context_id": "a"})
        assert "audio" in json.loads((await socket.receive()).data)


async def test_the_sixth_context_is_refused(emulator: ElevenLabsSpeech) -> None:
    async with socket_to(emulator) as socket:
        for name in "abcdef":
            await socket.send_json({**OPENING, "context_id": name})
        answer = json.loads((await socket.receive()).data)
    assert (answer["contextId"], "contexts" in answer["error"]) == ("f", True)


async def test_faults_come_at_the_handshake_and_in_mid_stream(emulator: ElevenLabsSpeech) -> None:
    emulator.faults.extend([SpeechFault(kind="status", status=429), SpeechFault(kind="cut")])
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with socket_to(emulator):
            pass
    assert refused.value.status == 429
    async with socket_to(emulator) as socket:
        text = "A rather long sentence that takes more than a second. "
        await socket.send_json({"text": text, "context_id": "a", "flush": True})
        kinds = [(await socket.receive()).type for _ in range(12)]
    assert kinds[0] is aiohttp.WSMsgType.TEXT
    assert kinds[-1] is not aiohttp.WSMsgType.TEXT


@pytest.mark.parametrize(
    ("key", "query", "status"),
    [("wrong", {}, 401), (API_KEY, {"output_format": "mp3"}, 422), (API_KEY, {"odd": "1"}, 422)],
)
async def test_what_the_service_does_not_take_is_refused(
    key: str, query: dict[str, str], status: int, emulator: ElevenLabsSpeech
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with socket_to(emulator, key, **query):
            pass
    assert refused.value.status == status


async def test_faults_are_put_and_the_record_is_read_over_http(emulator: ElevenLabsSpeech) -> None:
    async with aiohttp.ClientSession() as http:
        faults = f"{emulator.base_url}/emulator/faults"
        async with http.put(faults, json=[{"kind": "status", "status": 402}]) as answer:
            assert await answer.json() == {"faults": 1}
        async with http.put(faults, json=[{"kind": "odd"}]) as answer:
            assert answer.status == 400
        url = f"{emulator.base_url}/v1/text-to-speech/{VOICE_ID}/stream"
        async with http.post(url, json={"text": "x"}) as answer:
            body = await answer.json()
            assert (answer.status, body["detail"]["status"]) == (402, "quota_exceeded")
        async with http.get(f"{emulator.base_url}/emulator/record") as answer:
            assert (await answer.json())["requests"] == []


def test_without_flite_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main([]) == 2
    assert "apt-get install flite" in capsys.readouterr().err
