import asyncio

import numpy as np
import pytest

from agent.voices.flite import FliteVoice
from agent.voices.synthesizer import SAMPLE_RATE_HZ, SynthesisError

pytestmark = pytest.mark.unit

SENTENCE = "The contract runs for twelve months."


async def test_a_sentence_becomes_sound_of_its_length() -> None:
    pieces = [pcm async for pcm in FliteVoice("slt").speak(SENTENCE)]
    samples = np.frombuffer(b"".join(pieces), np.int16)
    assert 1.5 < len(samples) / SAMPLE_RATE_HZ < 4.0
    assert np.abs(samples).max() > 3000
    assert len(pieces) > 10


@pytest.mark.parametrize("sentence", ["-v is no option.", "$(id) `id` ; rm x", "…", "\x00a"])
async def test_any_text_is_only_spoken(sentence: str) -> None:
    async for pcm in FliteVoice("slt").speak(sentence):
        assert len(pcm) % 2 == 0


async def test_a_voice_of_another_rate_is_refused() -> None:
    with pytest.raises(SynthesisError, match="VOICE_FLITE"):
        await anext(FliteVoice("kal").speak(SENTENCE))


async def test_without_flite_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not FliteVoice.is_installed()
    with pytest.raises(SynthesisError, match="does not start"):
        await anext(FliteVoice("slt").speak(SENTENCE))


async def test_a_cancelled_sentence_leaves_no_process_behind() -> None:
    speaking = asyncio.ensure_future(anext(FliteVoice("slt").speak(SENTENCE * 40)))
    await asyncio.sleep(0)
    await asyncio.sleep(0.02)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
