"""What only hosts see on the page: talking points, answers, tasks, settings; none is lost."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from records import Store
from tests.agent.people import Person
from tests.agent.speech import read_line
from tests.page.browser import chromium, cut_off, restore
from tests.page.steps import PATIENCE_MS, PHONE, join, keep_picture, line_of, open_room, press
from tests.parts import TestStack
from wire.tasks import Task

pytestmark = pytest.mark.page

PRICE = 8
"""The line in which Ben asks for the price for a team."""
CUT_SECONDS = 10.0

Room = dict[str, str]


def points_of(page: Page) -> Locator:
    """The talking points that are open."""
    return page.get_by_test_id("talking-points").locator("li[data-state=shown]")


async def show(page: Page, tab: str) -> None:
    """Choose a tab."""
    await page.get_by_role("tab", name=re.compile(f"^{tab}")).click()


@asynccontextmanager
async def ben(room: Room) -> AsyncIterator[Person]:
    """The guest, with an open microphone."""
    async with Person(room["server_url"], room["guest_token"]) as guest:
        await guest.open_microphone()
        yield guest


async def ask_the_price(guest: Person, seen: Locator) -> None:
    """Say it again until it is understood: a busy machine's audio may come in pieces."""
    for _ in range(3):
        await guest.say(read_line(PRICE).samples)
        try:
            await seen.first.wait_for(timeout=PATIENCE_MS / 3)
        except PlaywrightTimeout:
            continue
        return
    raise AssertionError("the question about the price was not understood in three tries")


async def put_task(stack: TestStack, room: Room, task_id: str, what: str) -> None:
    """Keep a proposal, as the agent does when it has heard one; it tells the hosts of it."""
    now_ms = round(time.time() * 1000)
    async with Store(stack.database_url) as store:
        meeting = await store.find_newest_meeting(room["name"])
        assert meeting
        task = Task(
            id=task_id,
            version=1,
            sequence=1,
            state="proposed",
            what=what,
            due="2026-11-27",
            due_spoken="on Friday",
            quote=f"Sidenote, remind me to {what} on Friday",
            host_identity="host-of-the-test",
            created_at_ms=now_ms,
            changed_at_ms=now_ms,
        )
        assert await store.put_task(meeting.room_sid, task)


async def find_task(stack: TestStack, room: Room, task_id: str) -> Task:
    async with Store(stack.database_url) as store:
        meeting = await store.find_newest_meeting(room["name"])
        assert meeting
        task = await store.find_task(meeting.room_sid, task_id)
        assert task
        return task


async def ask(page: Page, question: str) -> Locator:
    """Type a question, press Enter, wait for the whole answer."""
    await show(page, "Ask")
    await page.get_by_label("Ask about this call").fill(question)
    await page.keyboard.press("Enter")
    answer = page.get_by_test_id("answers").locator("li[data-id]").filter(has_text=question)
    await expect(answer).to_have_attribute("data-complete", "true", timeout=PATIENCE_MS)
    return answer


async def test_a_host_pins_rates_and_dismisses_and_a_reload_changes_nothing(
    stack: TestStack, host_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    async with chromium(host_microphone) as host, ben(room) as guest:
        await join(host, room["host"], "Ana")
        point = points_of(host).filter(has_text="name a number")
        await ask_the_price(guest, point)
        await keep_picture(host, "advice-point")

        for name in ("Useful", "Pin"):
            button = point.get_by_role("button", name=name)
            await button.focus()
            await host.keyboard.press("Enter")
            await expect(button).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
            await expect(button).to_be_focused()

        await host.reload()
        await join(host, room["host"], "Ana")
        await expect(point).to_have_attribute("data-pinned", "true", timeout=PATIENCE_MS)
        useful = point.get_by_role("button", name="Useful")
        await expect(useful).to_have_attribute("aria-pressed", "true")
        await expect(line_of(host, "Ben", "price for a team")).to_be_visible()
        stored = await host.evaluate("[Object.keys(sessionStorage), Object.keys(localStorage)]")
        assert [key for key in stored[0] if not key.startswith("sidenote.seed.")] == []
        assert stored[1] == []

        await point.get_by_role("button", name="Dismiss").click()
        await expect(point).to_have_count(0, timeout=PATIENCE_MS)
        await expect(host.get_by_text("name a number")).to_have_count(0)


async def test_a_host_asks_and_goes_to_the_line_and_a_guest_sees_none_of_it(
    stack: TestStack, host_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    async with (
        chromium(host_microphone) as host,
        chromium(host_microphone, **PHONE) as guest,
        ben(room) as speaker,
    ):
        await join(host, room["host"], "Ana")
        await join(guest, room["guest"], "Bea")
        await ask_the_price(speaker, line_of(guest, "Ben", "price for a team"))
        await expect(points_of(host).first).to_be_visible(timeout=PATIENCE_MS)

        question = "What did they ask about the price?"
        answer = await ask(host, question)
        await keep_picture(host, "advice-answer")
        quote = answer.get_by_role("button").filter(has_text="price for a team")
        await quote.click()
        target = host.get_by_test_id("transcript").locator("li[data-target=true]")
        await expect(target).to_contain_text("price for a team")
        await expect(target).to_be_focused()
        await expect(target).to_be_in_viewport()

        await expect(guest.get_by_role("tab")).to_have_count(0)
        await expect(guest.get_by_role("button", name="Settings")).to_have_count(0)
        said = await guest.content()
        for private in ("name a number", question, "Talking points", "Ask about this call"):
            assert private not in said


async def test_a_task_is_corrected_confirmed_done_and_taken_along(
    stack: TestStack, host_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    async with chromium(host_microphone, **PHONE) as host:
        await join(host, room["host"], "Ana")
        for task_id, what in (("TK_PAGE_1", "send the contract"), ("TK_PAGE_2", "buy a boat")):
            await put_task(stack, room, task_id, what)
        strip = host.get_by_test_id("task-strip")
        await expect(strip).to_contain_text("2 tasks to confirm", timeout=PATIENCE_MS)
        await strip.click()
        proposed = host.get_by_test_id("proposed-tasks").locator("li")
        contract = proposed.filter(has_text="send the contract")
        await contract.get_by_label("Who").fill("Ben")
        await contract.get_by_label("Priority").select_option("high")
        await contract.get_by_label("Time").fill("15:00")
        await keep_picture(host, "advice-tasks-phone")
        await contract.get_by_role("button", name="Confirm").click()
        await proposed.filter(has_text="boat").get_by_role("button", name="Reject").click()
        await expect(proposed).to_have_count(0, timeout=PATIENCE_MS)

        agreed = host.get_by_test_id("agreed-tasks").locator("li")
        await expect(agreed).to_have_count(1)
        await expect(agreed).to_contain_text("Ben")
        await expect(agreed).to_contain_text("15:00")
        async with host.expect_download() as saved:
            await press(host, "Table (CSV)")
        table = await (await saved.value).path()
        assert "send the contract" in await asyncio.to_thread(Path(table).read_text)
        await agreed.get_by_role("checkbox").click()
        await expect(agreed).to_have_attribute("data-state", "done", timeout=PATIENCE_MS)
        task = await find_task(stack, room, "TK_PAGE_1")
        assert (task.state, task.who, task.due) == ("done", "Ben", "2026-11-27T15:00")
        assert (await find_task(stack, room, "TK_PAGE_2")).state == "rejected"


async def test_a_host_sets_the_call_by_keyboard_and_gives_it_a_brief(
    stack: TestStack, host_microphone: Path, tmp_path: Path
) -> None:
    room = await open_room(stack, consent="notice")
    prices = tmp_path / "prices.md"
    prices.write_text("# Prices\n\nA team of three pays 90 a month.\n")
    async with chromium(host_microphone) as host:
        await join(host, room["host"], "Ana")
        settings = host.get_by_role("button", name="Settings")
        await settings.focus(timeout=PATIENCE_MS)
        await host.keyboard.press("Enter")
        dialog = host.get_by_role("dialog", name="Settings of this call")
        await dialog.get_by_label("Goal of this call").fill("agree on a trial")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog.get_by_text("Saved.")).to_be_visible(timeout=PATIENCE_MS)
        await dialog.get_by_label("Give advice").press("Space")
        await expect(dialog.get_by_label("Give advice")).not_to_be_checked()
        await dialog.get_by_label("Give a document").set_input_files(prices)
        brief = dialog.get_by_test_id("briefs").locator("li")
        await expect(brief).to_contain_text("prices.md", timeout=PATIENCE_MS)
        await keep_picture(host, "advice-settings")
        await brief.get_by_role("button", name="Delete prices.md").click()
        await expect(brief).to_have_count(0, timeout=PATIENCE_MS)
        await host.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(settings).to_be_focused()
        await expect(host.get_by_test_id("quiet")).to_contain_text("paused")
        await press(host, "Resume advice")
        await expect(host.get_by_test_id("quiet")).not_to_contain_text("paused")
        await host.set_viewport_size({"width": 390, "height": 844})
        await keep_picture(host, "advice-phone")
        await press(host, "Settings")
        await keep_picture(host, "advice-settings-phone")


async def what_is_shown(page: Page) -> dict[str, Any]:
    """All that outlives a cut, as it stands on a page."""
    shown = await page.evaluate(
        """() => {
          const read = (selector, ...keys) =>
            [...document.querySelectorAll(selector)].map((row) => [
              ...keys.map((key) => row.dataset[key]),
              // Ages and "you" are not the same on two pages.
              (row.querySelector('.point-text, .words') ?? row).textContent,
            ]);
          return {
            points: read('[data-testid=talking-points] > li', 'id', 'version', 'state', 'pinned'),
            tasks: read('[data-testid=agreed-tasks] > li', 'id', 'state'),
            proposed: read('[data-testid=proposed-tasks] > li', 'id'),
            answers: read('[data-testid=answers] > li', 'id', 'complete'),
            lines: read('[data-testid=transcript] > li[data-final=true]', 'key'),
            quiet: read('[data-testid=quiet]'),
          };
        }"""
    )
    assert isinstance(shown, dict)
    return shown


async def test_a_page_cut_off_for_ten_seconds_ends_equal_to_one_that_was_not(
    stack: TestStack, host_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    async with (
        chromium(host_microphone) as cut,
        chromium(host_microphone) as uncut,
        ben(room) as guest,
    ):
        await join(cut, room["host"], "Ana")
        await join(uncut, room["host"], "Cleo")
        await ask_the_price(guest, points_of(uncut).first)
        await put_task(stack, room, "TK_CUT_1", "send the contract")
        for page in (cut, uncut):
            await expect(points_of(page).first).to_be_visible(timeout=PATIENCE_MS)
            await expect(page.get_by_test_id("task-strip")).to_be_visible(timeout=PATIENCE_MS)

        await cut_off(cut)
        began = time.monotonic()
        await points_of(uncut).first.get_by_role("button", name="Pin").click()
        await show(uncut, "Tasks")
        await uncut.get_by_test_id("proposed-tasks").get_by_role("button", name="Confirm").click()
        await expect(uncut.get_by_test_id("agreed-tasks").locator("li")).to_have_count(1)
        await ask(uncut, "What did they ask about the price?")
        await show(uncut, "Transcript")
        await guest.say(read_line(6).samples)
        await expect(line_of(uncut, "Ben", "").nth(0)).to_be_visible(timeout=PATIENCE_MS)
        await press(uncut, "Pause advice")
        await asyncio.sleep(max(0.0, began + CUT_SECONDS - time.monotonic()))
        assert await what_is_shown(cut) != await what_is_shown(uncut), "the cut cut nothing off"
        await restore(cut)

        deadline = time.monotonic() + PATIENCE_MS / 1000
        while (one := await what_is_shown(cut)) != (other := await what_is_shown(uncut)):
            assert time.monotonic() < deadline, json.dumps([one, other], indent=1)
            await asyncio.sleep(0.5)
        assert one["tasks"]
        assert one["answers"]
        assert [pinned for *_, pinned, _ in one["points"]].count("true") == 1
        await keep_picture(cut, "advice-caught-up")
