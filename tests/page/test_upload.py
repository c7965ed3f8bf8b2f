"""A recording given on the page becomes a meeting like a call."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.page.browser import chromium
from tests.page.conftest import VOICES
from tests.page.steps import PATIENCE_MS, PHONE, keep_picture
from tests.parts import TestStack

pytestmark = pytest.mark.page

RECORDING = "08-ben.flac"


async def test_a_recording_is_given_transcribed_and_read(
    stack: TestStack, guest_microphone: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.wav"
    empty.touch()
    async with chromium(guest_microphone, **PHONE) as page:
        await page.goto(f"{stack.token_server_url}/meeting")
        upload = page.get_by_test_id("upload")
        field = upload.get_by_label("Recording")
        await field.set_input_files(empty)
        await expect(upload.get_by_test_id("problem")).to_be_visible(timeout=PATIENCE_MS)

        await field.set_input_files(VOICES / RECORDING)
        progress = upload.get_by_role("status")
        await expect(progress).to_have_attribute("data-state", "done", timeout=PATIENCE_MS)
        transcribed = progress.get_by_role("link", name=RECORDING)
        # Listed by its file's name until minutes give it a title.
        address = urlsplit(await transcribed.get_attribute("href") or "").path
        link = page.locator(f'a[href^="{address}"]')
        listed = page.get_by_test_id("meetings").locator("> li").filter(has=link)
        await expect(listed).to_have_attribute("data-kind", "upload", timeout=PATIENCE_MS)
        await keep_picture(page, "upload-phone")
        await transcribed.click()
        await expect(page.get_by_role("heading", level=1)).not_to_be_empty(timeout=PATIENCE_MS)
        await page.get_by_role("tab", name="Transcript").click()
        lines = page.get_by_test_id("transcript").locator("> li.line")
        await expect(lines.first).to_be_visible(timeout=PATIENCE_MS)
