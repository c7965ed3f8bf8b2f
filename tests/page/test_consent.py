"""Nobody is transcribed unasked, everybody can see and change it, and what is erased is gone."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from livekit import api, rtc
from playwright.async_api import Page, expect
from pydantic import BaseModel

from tests.page.browser import chromium
from tests.page.steps import (
    PATIENCE_MS,
    PHONE,
    join,
    keep_picture,
    line_of,
    lines_of,
    open_room,
    press,
)
from tests.parts import API_KEY, API_SECRET, TestStack
from wire.consent import ERASED, Erased
from wire.coverage import COVERAGE, NOTICE, CoverageReport, Notice, SpeakerCoverage

pytestmark = pytest.mark.page


async def expect_standings(page: Page, **words: str) -> None:
    """Everybody's tile says whether they are transcribed, in words that can be read out."""
    standings = page.get_by_test_id("standing")
    for name, standing in words.items():
        await expect(standings.filter(has_text=f"{name}: {standing}")).to_have_count(
            1, timeout=PATIENCE_MS
        )


async def test_nothing_is_transcribed_before_a_yes_and_what_is_erased_is_gone_everywhere(
    stack: TestStack, host_microphone: Path, guest_microphone: Path
) -> None:
    room = await open_room(stack, consent="ask")
    async with (
        chromium(host_microphone) as host,
        chromium(guest_microphone, **PHONE) as guest,
    ):
        await join(host, room["host"], "Ana")
        await join(guest, room["guest"], "Ben")
        own = guest.get_by_test_id("own-standing")
        await expect(own).to_contain_text("May what you say be transcribed?", timeout=PATIENCE_MS)
        await expect_standings(host, Ana="Has not answered", Ben="Has not answered")
        await keep_picture(guest, "consent-question-phone")
        await keep_picture(host, "consent-question")

        # Ben has been speaking all the while; that Ana is heard shows that the call listens.
        await press(host, "Yes")
        await expect(line_of(guest, "Ana", "would it help")).to_be_visible(timeout=PATIENCE_MS)
        for page in (host, guest):
            await expect(lines_of(page, "Ben")).to_have_count(0)
            await expect_standings(page, Ana="Transcribed", Ben="Has not answered")

        await press(guest, "Yes")
        for page in (host, guest):
            await expect(line_of(page, "Ben", "price for a team")).to_be_visible(
                timeout=PATIENCE_MS
            )
            await expect_standings(page, Ben="Transcribed")
        points = host.get_by_test_id("talking-points").locator("li")
        about_ben = points.filter(has=host.locator("footer", has_text="Ben"))
        await expect(about_ben.first).to_be_visible(timeout=PATIENCE_MS)

        await press(guest, "Do not transcribe me")
        await expect_standings(host, Ben="Not transcribed")
        await expect(lines_of(host, "Ben").first).to_be_visible()
        await keep_picture(guest, "consent-offer-phone")
        await press(guest, "Forget what I said")
        for page in (host, guest):
            await expect(lines_of(page, "Ben")).to_have_count(0, timeout=PATIENCE_MS)
            assert "price for a team" not in await page.content()
        await expect(about_ben).to_have_count(0)
        await expect(own).to_contain_text("what you said is forgotten")
        await expect(lines_of(host, "Ana").first).to_be_visible()
        await keep_picture(host, "consent-erased")


async def test_off_the_record_is_seen_by_all_and_marked_in_the_transcript(
    stack: TestStack, host_microphone: Path, guest_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    async with (
        chromium(host_microphone) as host,
        chromium(guest_microphone, **PHONE) as guest,
    ):
        await join(host, room["host"], "Ana")
        await join(guest, room["guest"], "Ben")
        await expect(lines_of(guest, "Ben").first).to_be_visible(timeout=PATIENCE_MS)
        off = guest.get_by_role("button", name="Off the record", exact=True)
        await expect(off).to_have_count(0)

        await press(host, "Off the record")
        for page in (host, guest):
            mark = page.get_by_test_id("off-the-record")
            await expect(mark).to_contain_text(re.compile(r"since \d+:\d\d"), timeout=PATIENCE_MS)
            await expect(page.get_by_test_id("status")).to_contain_text("nobody is transcribed")
            await expect_standings(page, Ana="Off the record", Ben="Off the record")
        await keep_picture(host, "consent-off")
        await keep_picture(guest, "consent-off-phone")

        await press(host, "On the record again")
        for page in (host, guest):
            await expect(page.get_by_test_id("off-the-record")).to_be_empty()
            marks = page.get_by_test_id("transcript").locator("li[data-mark]")
            await expect(marks.nth(0)).to_contain_text(re.compile(r"Off the record from \d"))
            await expect(marks.nth(1)).to_contain_text(re.compile(r"On the record again \d"))
            await expect_standings(page, Ana="Transcribed", Ben="Transcribed")
        await keep_picture(guest, "consent-again-phone")


NOTICE_OF_BEN = Notice(
    id="silent:ben",
    reason="silent",
    identity="ben",
    text="I cannot hear Ben: the microphone sends silence",
    at_ms=1_764_000_000_000,
)


@asynccontextmanager
async def visitor(stack: TestStack, room_name: str, *, agent: bool) -> AsyncIterator[rtc.Room]:
    """Somebody with a token of the media server, who is an agent or is not."""
    identity = "agent-of-the-test" if agent else "guest-of-the-test"
    token = (
        api.AccessToken(API_KEY, API_SECRET)
        .with_identity(identity)
        .with_name("Eve")
        .with_kind("agent" if agent else "standard")
        .with_grants(api.VideoGrants(room_join=True, room=room_name, can_publish_data=True))
    )
    room = rtc.Room()
    await room.connect(stack.media_server.url, token.to_jwt())
    try:
        yield room
    finally:
        await room.disconnect()


async def tell(room: rtc.Room, topic: str, message: BaseModel) -> None:
    await room.local_participant.publish_data(message.model_dump_json(), topic=topic)


async def test_a_host_is_told_whom_the_call_cannot_hear_and_by_an_agent_only(
    stack: TestStack, host_microphone: Path
) -> None:
    room = await open_room(stack, consent="notice")
    ben = SpeakerCoverage(
        identity="ben",
        name="Ben",
        received_seconds=70,
        silent_seconds=20,
        sent_seconds=47,
        recognized_seconds=42,
        without_text_seconds=5,
        dropped_seconds={"provider_down": 3},
    )
    async with chromium(host_microphone, **PHONE) as host:
        await join(host, room["host"], "Ana")
        ana = lines_of(host, "Ana").first
        await host.get_by_role("tab", name="Transcript").click()
        await expect(ana).to_be_visible(timeout=PATIENCE_MS)
        identity = await ana.get_attribute("data-identity")
        assert identity
        erasure = Erased(speaker_identity=identity, transcript_sequence=1000)
        alert = host.get_by_role("alert").filter(has_text="I cannot hear")
        async with visitor(stack, room["name"], agent=False) as eve:
            await expect(host.get_by_test_id("standing")).to_have_count(2, timeout=PATIENCE_MS)
            await tell(eve, NOTICE, NOTICE_OF_BEN.model_copy(update={"text": "I cannot hear Eve"}))
            await tell(eve, ERASED, erasure)
            async with visitor(stack, room["name"], agent=True) as agent:
                await tell(agent, NOTICE, NOTICE_OF_BEN)
                await tell(agent, COVERAGE, CoverageReport(at_ms=0, speakers=[ben]))
                await expect(alert).to_have_text("I cannot hear Ben: the microphone sends silence")
                await expect(ana).to_be_visible()
                await host.get_by_text("What was heard").click()
                await keep_picture(host, "consent-notice-phone")
                await host.set_viewport_size({"width": 1280, "height": 800})
                await keep_picture(host, "consent-notice")
                await tell(agent, NOTICE, NOTICE_OF_BEN.model_copy(update={"over": True}))
                await expect(alert).to_have_count(0)
                await tell(
                    agent, ERASED, Erased(speaker_identity=identity, transcript_sequence=1000)
                )
                await expect(ana).to_have_count(0)
