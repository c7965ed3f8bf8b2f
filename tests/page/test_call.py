"""A call between two browsers: what is said becomes text, and advice stays with the host."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.page.browser import chromium
from tests.page.steps import PATIENCE_MS, join, line_of
from tests.parts import TestStack

pytestmark = pytest.mark.page


async def new_call(page: Page, stack: TestStack) -> tuple[str, str]:
    """Click New call; return the host's link and the guest's."""
    await page.goto(stack.token_server_url)
    await page.get_by_label("Host’s name").fill("Ana")
    await page.get_by_role("button", name=re.compile("new call", re.IGNORECASE)).click()
    host, guest = page.get_by_test_id("host-link"), page.get_by_test_id("guest-link")
    await host.wait_for()
    return await host.input_value(), await guest.input_value()


async def test_two_browsers_see_what_is_said_and_only_the_host_sees_talking_points(
    stack: TestStack, host_microphone: Path, guest_microphone: Path
) -> None:
    async with chromium(host_microphone) as host, chromium(guest_microphone) as guest:
        host_link, guest_link = await new_call(host, stack)
        assert "#" in host_link, "the invitation belongs into the fragment, which no server sees"
        await join(host, host_link, "Ana")
        await join(guest, guest_link, "Ben")

        for page in (host, guest):
            await expect(line_of(page, "Ben", "price for a team")).to_be_visible(
                timeout=PATIENCE_MS
            )
            await expect(line_of(page, "Ana", "three of us")).to_be_visible(timeout=PATIENCE_MS)

        points = host.get_by_test_id("talking-points").locator("li")
        await expect(points.first).to_contain_text("the price", timeout=PATIENCE_MS)
        await expect(host.get_by_test_id("status")).to_contain_text("pocketsphinx")
        await expect(guest.get_by_test_id("talking-points")).to_have_count(0)
        assert "one lost deal" not in await guest.content()

        statistics = host.get_by_test_id("statistics")
        await statistics.get_by_text("Who speaks how much").click(timeout=PATIENCE_MS)
        await expect(statistics.get_by_role("row").filter(has_text="Ben")).to_contain_text(" %")
        await expect(guest.get_by_test_id("statistics")).to_have_count(0)
        if folder := os.environ.get("SCREENSHOTS"):
            await host.screenshot(path=Path(folder) / "host.png")
            await guest.screenshot(path=Path(folder) / "guest.png")


async def test_reload_comes_back_as_the_same_participant(
    stack: TestStack, host_microphone: Path
) -> None:
    async with chromium(host_microphone) as page:
        link, _ = await new_call(page, stack)
        await join(page, link, "Ana")
        await page.reload()
        await join(page, link, "Ana")
        tiles = page.locator(".lk-participant-tile")
        await expect(tiles).to_have_count(1, timeout=PATIENCE_MS)


async def test_a_broken_link_says_what_to_do(stack: TestStack, host_microphone: Path) -> None:
    async with chromium(host_microphone, width=390, height=844) as page:
        link, _ = await new_call(page, stack)
        await page.goto("about:blank")
        await page.goto(link[:-8] + "AAAAAAAA")
        await page.get_by_label("Your name").fill("Eve")
        await page.get_by_role("button", name=re.compile("^join", re.IGNORECASE)).click()
        await expect(page.get_by_test_id("problem")).to_contain_text(
            re.compile("invitation", re.IGNORECASE)
        )
