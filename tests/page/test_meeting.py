"""Meetings on the page: the list, the search, one meeting, its sound, its files, its deletion."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.async_api import Page, expect

from records import Store
from records.files import Files
from records.sound import SoundPart, sound_folder
from tests.page.browser import chromium
from tests.page.steps import PATIENCE_MS, PHONE, keep_picture, open_room, press
from tests.parts import TestStack
from transcript_buffer import Segment
from wire.gap import Gap
from wire.minutes import ActionItem, Evidence, Minutes, MinutesLine

pytestmark = pytest.mark.page

LINES = 3500
EVERY_MS = 3_000
ROOM_OPENS_MS = 60_000
"""A meeting begins so long from now. It is kept first, and its room is opened behind it: the agent
of an open room would take it for its own."""
DECIDED = 1800
"""The number of the line on which the minutes rest: far behind the first screen."""
SOUND_SECONDS = 20
ZEBRA = "RM_zebra"


@pytest.fixture
async def records(stack: TestStack) -> AsyncIterator[Store]:
    """The store of the stack, filled as an agent fills it."""
    async with Store(stack.database_url) as opened:
        yield opened


def words_of(number: int) -> str:
    return f"we decided on the zebra plan, line {number}" if number == DECIDED else f"line {number}"


def segment_of(room_sid: str, number: int, began_ms: int) -> Segment:
    of_host = number % 3 == 0
    start = (began_ms + number * EVERY_MS) / 1000
    return Segment(
        id=f"{room_sid}-{number:04}",
        speaker="host-1" if of_host else "guest-1",
        name="Ana" if of_host else "Ben",
        role="host" if of_host else "guest",
        text=words_of(number),
        start_seconds=start,
        end_seconds=start + 2,
        final=True,
        sequence=number,
    )


def minutes_of(room_sid: str, began_ms: int) -> Minutes:
    evidence = [Evidence(segment_id=f"{room_sid}-{DECIDED:04}", quote="decided on the zebra plan")]
    line = MinutesLine(text="The zebra plan it is.", evidence=evidence)
    action = ActionItem(
        text="Write the plan down.", evidence=evidence, owner_name="Ana", due="2030-11-27"
    )
    return Minutes(
        room_sid=room_sid,
        version=1,
        state="final",
        template="free",
        written_at_ms=began_ms + 1,
        transcript_sequence=LINES,
        title="Zebra plan",
        summary=[line],
        key_points=[],
        decisions=[line],
        action_items=[action],
        open_questions=[],
        consent="Everybody was told.",
        coverage="All that was said was heard.",
        written_by=["rules"],
    )


async def hold_meeting(
    records: Store, room_sid: str, room_name: str, *, lines: int, began_ms: int
) -> None:
    """Keep a meeting that is over, as its agent leaves it."""
    await records.open_meeting(room_sid, room_name=room_name, now_ms=began_ms)
    await records.add_gap(
        room_sid,
        Gap(
            started_at_ms=began_ms + EVERY_MS + 2500,
            ended_at_ms=began_ms + EVERY_MS + 2900,
            reason="agent_away",
            transcript_sequence=lines + 1,
        ),
    )
    # A meeting that ends with something said in it gets minutes from the worker: these have theirs.
    await records.end_meeting(room_sid, now_ms=began_ms + (lines + 1) * EVERY_MS)
    for number in range(1, lines + 1):
        await records.add_segment(room_sid, segment_of(room_sid, number, began_ms))


async def record(records: Store, stack: TestStack, room_sid: str, began_ms: int) -> None:
    """Keep some sound of the meeting."""
    path = stack.folder / f"{room_sid}.flac"
    tone = 0.1 * np.sin(np.arange(SOUND_SECONDS * 16_000) * 0.1)
    soundfile.write(path, tone, 16_000)
    part = SoundPart(
        id="SP_1",
        room_sid=room_sid,
        identity="guest-1",
        name="Ben",
        format="flac",
        started_at_ms=began_ms,
    )
    files = Files(stack.settings["FILES_URL"])
    await files.put(part.path, path)
    await records.add_sound_part(part)
    assert await records.finish_sound_part(part.id, duration_ms=SOUND_SECONDS * 1000)


async def find_meeting(page: Page, url: str) -> None:
    """Go from the first page to the meeting, by the list and a search."""
    await page.goto(url)
    await page.get_by_role("link", name=re.compile("Earlier meetings")).click()
    rows = page.get_by_test_id("meetings").locator("> li")
    await expect(rows.filter(has_text="Zebra plan")).to_be_visible(timeout=PATIENCE_MS)
    await expect(rows.filter(has_text="Call of Ana and Ben").first).to_be_visible()
    await keep_picture(page, "meetings")

    await page.get_by_label("What was said").fill('"zebra plan"')
    await press(page, "Search")
    await expect(rows).to_have_count(1, timeout=PATIENCE_MS)
    await expect(rows.locator("mark").first).to_have_text("zebra plan")
    await keep_picture(page, "meetings-search")
    await rows.get_by_role("link", name="Zebra plan", exact=True).click()


async def follow_the_minutes(page: Page) -> None:
    """Go from a decision to the words that it rests on, far behind the first screen."""
    transcript = page.get_by_test_id("transcript")
    await expect(transcript).to_have_attribute("data-complete", "true", timeout=PATIENCE_MS)
    await expect(transcript.locator("> li.line")).to_have_count(LINES)
    await expect(transcript.locator("> li[data-mark=gap]")).to_have_count(1)
    decisions = page.locator('[data-part="decisions"]')
    await decisions.locator("summary").click()
    await decisions.get_by_role("button", name="decided on the zebra plan").click()
    decided = transcript.locator('[data-target="true"]')
    await expect(decided).to_contain_text(words_of(DECIDED))
    await expect(decided).to_be_in_viewport()
    await keep_picture(page, "meeting")


async def play_the_second_line(page: Page) -> None:
    """Click on a line: it is heard, and marked while it is."""
    audio = page.locator("audio")
    await expect(audio).to_have_js_property("readyState", 4, timeout=PATIENCE_MS)
    second = page.get_by_test_id("transcript").locator("> li.line").nth(1)
    await second.locator(".words").click()
    await expect(second).to_have_attribute("data-heard", "true", timeout=PATIENCE_MS)
    position = await page.evaluate("document.querySelector('audio').currentTime")
    assert 2 * EVERY_MS / 1000 <= position < 3 * EVERY_MS / 1000


async def save_as_markdown(page: Page) -> str:
    """Save the meeting; return what the file holds."""
    await page.get_by_label("Save as").select_option("md")
    async with page.expect_download() as download:
        await press(page, "Save")
    path = await (await download.value).path()
    return await asyncio.to_thread(path.read_text)


async def open_every_tab(page: Page) -> None:
    """Look at what else there is; nothing of it is a problem."""
    for tab in ("Tasks", "Talking points", "Answers", "Figures"):
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("tabpanel")).not_to_contain_text("One moment…")
        await expect(page.get_by_test_id("problem")).to_have_count(0)
    await expect(page.get_by_test_id("shares").locator("li")).to_have_count(2)
    await keep_picture(page, "meeting-figures")


async def test_a_meeting_is_found_read_played_saved_and_deleted(
    stack: TestStack, records: Store, host_microphone: Path
) -> None:
    began_ms = int(time.time() * 1000) + ROOM_OPENS_MS
    await hold_meeting(records, ZEBRA, "zebra", lines=LINES, began_ms=began_ms)
    await open_room(stack, consent="notice", room_name="zebra")
    seen = await records.see_erasures(ZEBRA)
    assert await records.put_minutes(minutes_of(ZEBRA, began_ms), seen=seen)
    await record(records, stack, ZEBRA, began_ms)
    await hold_meeting(records, "RM_plain", "another", lines=3, began_ms=began_ms - 10**6)

    async with chromium(host_microphone) as page:
        await find_meeting(page, stack.token_server_url)
        await follow_the_minutes(page)
        await play_the_second_line(page)
        saved = await save_as_markdown(page)
        assert "The zebra plan it is." in saved
        assert words_of(LINES) in saved
        await open_every_tab(page)

        await press(page, "Delete…")
        await press(page, "Delete for good")
        rows = page.get_by_test_id("meetings").locator("> li")
        plain = rows.filter(has_text="Call of Ana and Ben").first
        await expect(plain).to_be_visible(timeout=PATIENCE_MS)
        await expect(rows.filter(has_text="Zebra plan")).to_have_count(0)
    assert await records.find_meeting(ZEBRA) is None
    assert await Files(stack.settings["FILES_URL"]).list(sound_folder(ZEBRA)) == []


async def test_a_host_reads_it_on_a_phone_and_a_guest_only_what_the_room_lets_it(
    stack: TestStack, records: Store, guest_microphone: Path
) -> None:
    began_ms = int(time.time() * 1000) + ROOM_OPENS_MS
    await hold_meeting(records, "RM_phone", "phone", lines=12, began_ms=began_ms)
    room = await open_room(stack, consent="notice", room_name="phone")
    fragment = room["guest"].partition("#")[2]
    address = f"{stack.token_server_url}/meeting/RM_phone"

    async with chromium(guest_microphone, **PHONE) as page:
        await page.goto(f"{address}#{fragment}")
        await expect(page.get_by_test_id("problem")).to_be_visible(timeout=PATIENCE_MS)
        assert "line 1" not in await page.content()

        await page.goto("about:blank")
        await page.goto(f"{address}#{room['host'].partition('#')[2]}")
        await page.get_by_role("tab", name="Transcript").click()
        await expect(page.get_by_test_id("transcript").locator("> li.line")).to_have_count(12)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        await keep_picture(page, "meeting-phone")
