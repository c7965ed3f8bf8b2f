"""What the people of these tests do on the page, and what they look for."""

import os
import re
from pathlib import Path

import aiohttp
from playwright.async_api import Locator, Page, expect

from tests.parts import TestStack
from wire.consent import ConsentPolicy

PATIENCE_MS = 60_000
PHONE = {"width": 390, "height": 844}


async def open_room(stack: TestStack, *, consent: ConsentPolicy, **wanted: str) -> dict[str, str]:
    """Create a room as a program does; return its name, its links, and what a guest joins with."""
    wishes = {"host_name": "Ana", "guest_name": "Ben", "consent": consent, **wanted}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{stack.token_server_url}/rooms", json=wishes) as answer,
    ):
        body = await answer.json()
        assert answer.status in (200, 201), body
    return {
        "name": body["room_name"],
        "host": body["host"]["link"],
        "guest": body["guest"]["link"],
        "server_url": body["server_url"],
        "guest_token": body["guest"]["token"],
    }


async def join(page: Page, link: str, name: str) -> None:
    """Open a link, give a name, join with camera and microphone."""
    await page.goto(link)
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name=re.compile("^join", re.IGNORECASE)).click()
    await expect(page.get_by_test_id("status")).to_contain_text("transcribed", timeout=PATIENCE_MS)


async def press(page: Page, name: str) -> None:
    """Press a button that has exactly this name."""
    await page.get_by_role("button", name=name, exact=True).click(timeout=PATIENCE_MS)


def lines_of(page: Page, speaker: str) -> Locator:
    """Everything in the transcript that a speaker said."""
    return page.get_by_test_id("transcript").locator(f'li[data-speaker="{speaker}"]')


def line_of(page: Page, speaker: str, words: str) -> Locator:
    """The first final line of a speaker with these words."""
    finals = lines_of(page, speaker).and_(page.locator('[data-final="true"]'))
    return finals.filter(has_text=re.compile(words)).first


async def keep_picture(page: Page, name: str) -> None:
    """Keep a screenshot if somebody wants to look."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")
