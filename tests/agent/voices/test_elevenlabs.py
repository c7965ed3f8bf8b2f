"""The voice of ElevenLabs over a real socket to its emulator."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from agent.voices.elevenlabs import ElevenLabsVoice
from agent.voices.synthesizer import SAMPLE_RATE_HZ, SynthesisError
from lab.emulators.elevenlabs_speech import API_KEY, VOICE_ID, ElevenLabsSpeech, running_emulator
from lab.emulators.elevenlabs_speech_messages import SpeechFault

pytestmark = pytest.mark.unit

SENTENCE = "The contract runs for twelve months."


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsSpeech]:
    async with asyncio.timeout(60), running_emulator(ElevenLabsSpeech()) as running:
        yield running


def voice_of(emulator: ElevenLabsSpeech, **changes: str) -> ElevenLabsVoice:
    options = {"api_key": API_KEY, "voice_id": VOICE_ID, "model": "eleven_flash_v2_5"}
    return ElevenLabsVoice(**({"base_url": emulator.base_url} | options | changes))


@pytest.fixture
async def voice(emulator: ElevenLabsSpeech) -> AsyncIterator[ElevenLabsVoice]:
    made = voice_of(emulator)
    yield made
    await made.aclose()


async def test_a_sentence_becomes_sound_and_its_characters_are_counted(
    voice: ElevenLabsVoice, emulator: ElevenLabsSpeech
) -> None:
    pieces = [pcm async for pcm in voice.speak(SENTENCE)]
    samples = np.frombuffer(b"".join(pieces), np.int16)
    assert 1.5 < len(samples) / SAMPLE_RATE_HZ < 5.0
    assert np.abs(samples).max() > 3000
    assert emulator.record.requests == [{"text": SENTENCE, "model_id": "eleven_flash_v2_5"}]
    assert voice.estimate(SENTENCE).amounts == {"characters": emulator.record.characters}


@pytest.mark.parametrize(
    ("status", "reason", "pause"),
    [
        (401, "refuses our key", 600),
        (402, "no quota", 600),
        (429, "too often", 30),
        (500, "answered 500", 30),
    ],
)
async def test_a_refusal_is_said_in_words(
    status: int, reason: str, pause: float, voice: ElevenLabsVoice, emulator: ElevenLabsSpeech
) -> None:
    emulator.faults.append(SpeechFault(kind="status", status=status))
    with pytest.raises(SynthesisError, match=reason) as raised:
        await anext(voice.speak(SENTENCE))
    assert raised.value.pause_seconds == pause
    assert SENTENCE not in str(raised.value)
    assert await anext(voice.speak(SENTENCE))


async def test_an_unknown_voice_and_a_wrong_key_are_refused(emulator: ElevenLabsSpeech) -> None:
    for changes, reason in (({"voice_id": "x"}, "the voice"), ({"api_key": "x"}, "our key")):
        voice = voice_of(emulator, **changes)
        with pytest.raises(SynthesisError, match=reason):
            await anext(voice.speak(SENTENCE))
        await voice.aclose()
    assert emulator.record.requests == []


async def test_a_stream_that_is_cut_gives_what_came_and_then_fails(
    voice: ElevenLabsVoice, emulator: ElevenLabsSpeech
) -> None:
    emulator.faults.append(SpeechFault(kind="cut", seconds=0.5))
    came: list[bytes] = []

    async def hear() -> None:
        async for pcm in voice.speak(SENTENCE):
            came.append(pcm)  # noqa: PERF401 - what came before the fault counts

    with pytest.raises(SynthesisError, match="does not answer"):
        await hear()
    assert came


async def test_a_service_that_is_silent_is_left(
    voice: ElevenLabsVoice, emulator: ElevenLabsSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.voices.elevenlabs.SILENCE_SECONDS", 0.1)
    emulator.faults.append(SpeechFault(kind="slow", seconds=5.0))
    with pytest.raises(SynthesisError, match="does not answer"):
        await anext(voice.speak(SENTENCE))


async def test_who_stops_listening_ends_the_request(voice: ElevenLabsVoice) -> None:
    speaking = voice.speak(SENTENCE)
    assert await anext(speaking)
    await speaking.aclose()
    assert [pcm async for pcm in voice.speak("Yes.")]
