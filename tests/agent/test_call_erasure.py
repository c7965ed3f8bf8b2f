"""Somebody's words are erased while a final of theirs is being written; the call has no room."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from livekit import rtc

from agent.call import Call
from agent.given import Given
from agent.lease import RoomLease
from agent.playbook_shelf import PlaybookShelf, ShelvedPlaybook
from agent.prices import load_prices
from agent.settings import AgentSettings
from agent.stt.vocabulary import load_vocabulary
from playbook.rules import Playbook
from records import Files, Store
from tests.agent.scripted_stt import ScriptedSTT
from tests.agent.waiting import until
from tests.parts import API_KEY, API_SECRET
from transcript_buffer import Segment
from wire.roles import RoomLife

pytestmark = pytest.mark.unit

SAID = Segment(
    id="SG_1",
    speaker="guest-1",
    name="Ben",
    role="guest",
    text="the bank wants its money back",
    start_seconds=1.0,
    end_seconds=2.0,
    final=True,
)


class SlowPart:
    """A part of the call that forgets when it is let."""

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()
        self.may_forget = asyncio.Event()

    async def erase_speaker(self, _: str) -> None:
        self.is_asked.set()
        await self.may_forget.wait()


@pytest.fixture
async def call(store: Store, tmp_path: Path) -> AsyncIterator[Call]:
    settings = AgentSettings(
        livekit_api_key=API_KEY,
        livekit_api_secret=API_SECRET,
        waiting_folder=tmp_path / "waiting",
        sound_folder=tmp_path / "sound",
        voice="off",
    )
    made = Call(
        Given(
            room=rtc.Room(),
            life=RoomLife(name="acme", created_at_ms=1),
            job_id="AJ_1",
            settings=settings,
            store=store,
            files=Files(str(tmp_path / "files")),
            recognizer=ScriptedSTT(),
            playbook=ShelvedPlaybook(name="none", playbook=Playbook("none", ()), words={}),
            shelf=PlaybookShelf(settings.playbook_folder, load_vocabulary()),
            prices=load_prices(settings.price_file),
            consent_policy="notice",
            goal="",
            wake_word=None,
            on_speakers=lambda _: None,
            now=time.time,
        ),
        room_sid="RM_1",
        room_name="acme",
        lease=RoomLease(store, "acme", "AJ_1", time.time),
        recognizer_label="scripted",
    )
    async with asyncio.timeout(60):
        await made.open()
        yield made
        await made.aclose()


async def test_a_final_that_is_being_written_meanwhile_comes_to_nobody(
    call: Call, tmp_path: Path
) -> None:
    stages, slow = call._stages, SlowPart()
    heard: list[Segment] = []
    stages.hearers.append(heard.append)
    stages.keeps_words.insert(0, slow)
    with closing(sqlite3.connect(tmp_path / "records.db")) as other:
        other.execute("BEGIN IMMEDIATE")  # what is to be written waits
        writing = asyncio.ensure_future(call._on_segment(SAID))
        await until(lambda: stages.keeper._writing.locked())
        erasing = asyncio.ensure_future(call._erase_speaker(SAID.speaker))
        await slow.is_asked.wait()
        other.rollback()
    await writing
    slow.may_forget.set()
    await erasing
    assert heard == []
    assert len(stages.transcript) == 0
    assert await stages.given.store.list_segments("RM_1") == []
