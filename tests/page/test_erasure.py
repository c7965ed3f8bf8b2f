"""After "Forget what I said" no word is left: store, logs, and both pages are searched."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page, expect

from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.openai_chat import API_KEY as MODEL_KEY
from lab.emulators.openai_chat import OpenAIChat, running_chat
from lab.emulators.openai_chat_faults import Fault
from lab.emulators.openai_chat_models import MODEL
from lab.emulators.recognition import BYTES_PER_SECOND, SAMPLE_RATE_HZ, Hearing, Voice
from lab.emulators.serving import running_emulator
from tests.page.browser import chromium
from tests.page.steps import PATIENCE_MS, join, lines_of, open_room, press
from tests.parts import TestStack

pytestmark = pytest.mark.page

OF_ANA, OF_BEN = "velvetanchor", "quartzbeetle"
"""Words that stand in no program, no log and no playbook."""
LINES = {OF_ANA: f"we keep every {OF_ANA} in one place", OF_BEN: f"what is the price of a {OF_BEN}"}
ECHO = f"Speak of the {OF_BEN}"
BOTH_KINDS = 20
ENOUGH_BYTES = BYTES_PER_SECOND // 2
"""Of a voice, to tell whose it is."""
BETWEEN_THEM_HZ = 135
"""Ana speaks at some 167 Hz, Ben at some 106."""


class MarkedVoices:
    """Hears a word of Ana's in what a high voice says, and one of Ben's in what a low one does."""

    def open_segment(self, voice: Voice) -> Hearing:
        return _Marked()


class _Marked:
    def __init__(self) -> None:
        self._pcm = bytearray()

    async def push(self, pcm: bytes) -> str:
        self._pcm += pcm
        return await self.end() if len(self._pcm) >= ENOUGH_BYTES else ""

    async def end(self) -> str:
        return LINES[OF_ANA if _pitch_hz(bytes(self._pcm)) > BETWEEN_THEM_HZ else OF_BEN]

    async def cancel(self) -> None:
        return None


def _pitch_hz(pcm: bytes) -> float:
    """Where the loud parts of some audio are most like themselves a moment later."""
    frame = SAMPLE_RATE_HZ // 20
    samples = np.frombuffer(pcm, np.int16)
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame).astype(float)
    energy = (frames**2).sum(axis=1)
    loud = frames[energy > energy.max(initial=0.0) / 4]
    likeness = np.fft.irfft(np.abs(np.fft.rfft(loud, 2 * frame)) ** 2).sum(axis=0)
    shortest, longest = SAMPLE_RATE_HZ // 300, SAMPLE_RATE_HZ // 70
    return SAMPLE_RATE_HZ / (shortest + int(likeness[shortest:longest].argmax()))


HONEST = Fault(kind="none", purpose="advice")
QUOTE_ANA_AND_ECHO_BEN = Fault(
    kind="fields", purpose="advice", fields={"line": 1, "quote": OF_ANA, "say": ECHO}
)
"""Rests on Ana's words, which stand first, and repeats Ben's."""


@pytest.fixture
async def marked_stack(tmp_path: Path) -> AsyncIterator[TestStack]:
    """A stack that hears marked words, and is advised by a model that repeats them."""
    async with (
        running_emulator(ElevenLabsEmulator(MarkedVoices())) as emulator,
        running_chat(OpenAIChat()) as model,
    ):
        # By turns the honest answer, which quotes Ben, and the other one.
        model.script([HONEST, QUOTE_ANA_AND_ECHO_BEN] * BOTH_KINDS)
        running = TestStack(
            tmp_path / "stack",
            settings={
                "STT": "elevenlabs",
                "ELEVENLABS_API_KEY": API_KEY,
                "ELEVENLABS_BASE_URL": emulator.base_url,
                "OPENAI_API_KEY": MODEL_KEY,
                "OPENAI_BASE_URL": model.base_url,
                "LLM_MODEL": MODEL,
                "WINDOW_SECONDS": "600",
                "ADVICE_COOLDOWN_SECONDS": "0",
            },
        )
        running.folder.mkdir()
        await asyncio.to_thread(running.start)
        yield running
        await asyncio.to_thread(running.stop)


def files_with(word: str, stack: TestStack) -> set[str]:
    """The files of the whole stack that hold a word: store, its journal and index, every log."""
    return {
        path.name
        for path in stack.folder.rglob("*")
        if path.is_file() and word.encode() in path.read_bytes().lower()
    }


async def shows(page: Page, word: str) -> bool:
    """Whether a word stands anywhere in a page, or in what it keeps."""
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    return word in (await page.content() + kept).lower()


async def test_no_word_of_who_withdrew_is_left_in_store_logs_and_pages(
    marked_stack: TestStack, host_microphone: Path, guest_microphone: Path
) -> None:
    stack = marked_stack
    room = await open_room(stack, consent="notice")
    async with chromium(host_microphone) as host, chromium(guest_microphone) as guest:
        await join(host, room["host"], "Ana")
        await expect(lines_of(host, "Ana").first).to_contain_text(OF_ANA, timeout=PATIENCE_MS)
        await join(guest, room["guest"], "Ben")
        points = host.get_by_test_id("talking-points").locator("li")
        of_ben = points.filter(has=host.locator("footer", has_text="Ben"))
        for expected in (
            of_ben.and_(host.locator('[data-source="model"]')).filter(has_text=OF_BEN),
            points.filter(has=host.locator("footer", has_text="Ana")).filter(has_text=ECHO),
        ):
            await expect(expected.first).to_be_visible(timeout=PATIENCE_MS)
        await expect(lines_of(guest, "Ben").first).to_contain_text(OF_BEN, timeout=PATIENCE_MS)
        assert any(name.startswith("records.db") for name in files_with(OF_BEN, stack))

        await press(guest, "Do not transcribe me")
        await press(guest, "Forget what I said")
        await expect(guest.get_by_test_id("own-standing")).to_contain_text(
            "what you said is forgotten", timeout=PATIENCE_MS
        )
        # Ben speaks on all the while; that a line of Ana's comes shows that the call listens.
        lines = await lines_of(guest, "Ana").count()
        await expect(lines_of(guest, "Ana").nth(lines)).to_be_visible(timeout=PATIENCE_MS)
        assert not await shows(host, OF_BEN)
        assert not await shows(guest, OF_BEN)
        assert await shows(host, OF_ANA)
        await expect(points).to_have_count(0)
    assert files_with(OF_BEN, stack) == set()
    assert any(name.startswith("records.db") for name in files_with(OF_ANA, stack))
