"""In the call: the sound is recorded of who agrees, for all to see; minutes; the way to both."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.page.browser import chromium
from tests.page.steps import PATIENCE_MS, join, keep_picture, line_of, lines_of, open_room, press
from tests.parts import TestStack

pytestmark = pytest.mark.page


async def record_the_sound(host: Page) -> None:
    """Turn the recording on, in the settings of the call."""
    await press(host, "Settings")
    switch = host.get_by_role("switch", name="Record the sound")
    await switch.click()
    await expect(switch).to_be_checked(timeout=PATIENCE_MS)
    await host.keyboard.press("Escape")


async def test_the_sound_is_recorded_of_who_agrees_and_everybody_sees_whose(
    stack: TestStack, host_microphone: Path, guest_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    async with chromium(host_microphone) as host, chromium(guest_microphone) as guest:
        await join(host, room["host"], "Ana")
        await join(guest, room["guest"], "Ben")
        await expect(guest.get_by_test_id("sound")).to_have_count(0)

        await record_the_sound(host)
        for page in (host, guest):
            await expect(page.get_by_test_id("recording")).to_contain_text(
                "Recording nobody yet", timeout=PATIENCE_MS
            )
            await expect(page.get_by_test_id("sound")).to_contain_text(
                "May your voice be recorded?"
            )
        await keep_picture(host, "sound-question")
        await press(host, "Do not record me")
        await press(guest, "Record me")
        for page in (host, guest):
            await expect(page.get_by_test_id("recording")).to_have_text(
                "Recording Ben", timeout=PATIENCE_MS
            )
        await keep_picture(guest, "sound-recorded")
        await press(host, "Stop recording")
        await expect(guest.get_by_test_id("recording")).to_have_text("", timeout=PATIENCE_MS)


async def test_a_host_has_minutes_written_in_the_call_and_reads_them_after_it(
    stack: TestStack, host_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    async with chromium(host_microphone) as host:
        await join(host, room["host"], "Ana")
        await expect(line_of(host, "Ana", "three of us")).to_be_visible(timeout=PATIENCE_MS)
        await host.get_by_role("tab", name="Minutes").click()
        await press(host, "Write now")
        minutes = host.get_by_test_id("minutes")
        await expect(minutes).to_have_attribute("data-state", "live", timeout=PATIENCE_MS)
        await keep_picture(host, "minutes-live")

        await press(host, "Leave")
        await host.get_by_role("link", name=re.compile("Transcript and minutes")).click()
        await expect(lines_of(host, "Ana").first).to_be_attached(timeout=PATIENCE_MS)
        assert "#" in host.url, "the invitation stays in the fragment, which no server sees"
        await expect(host.get_by_role("tab", name="Minutes")).to_be_visible()
