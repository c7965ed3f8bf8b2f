from pathlib import Path
from typing import Any

import pytest

from agent.minutes.scribe import NobodyConcernedError, Scribe, WordsErasedError
from agent.settings import AgentSettings
from records import Profile, Store
from tests.agent.minutes.talk import ROOM_SID, SALES_CALL, record
from tests.parts import API_KEY, API_SECRET
from wire.minutes import Minutes

pytestmark = pytest.mark.unit


def settings_for(**changes: Any) -> AgentSettings:
    return AgentSettings(
        livekit_api_key=API_KEY, livekit_api_secret=API_SECRET, time_zone="UTC", **changes
    )


def scribe(store: Store, **changes: Any) -> Scribe:
    return Scribe(store, settings_for(**changes), lambda: 1_764_000_000.0)


async def write(store: Store, **asked: Any) -> Minutes:
    minutes = await scribe(store).write(ROOM_SID, {}, **asked)
    assert minutes
    return minutes


async def test_minutes_of_a_meeting_that_has_ended_are_final_and_kept(store: Store) -> None:
    lines = await record(store)
    minutes = await write(store)
    assert (minutes.state, minutes.version, minutes.transcript_sequence) == ("final", 1, len(lines))
    assert await store.find_minutes(ROOM_SID) == minutes
    assert minutes.written_at_ms == 1_764_000_000_000


async def test_minutes_of_a_call_that_goes_on_are_live(store: Store) -> None:
    await record(store, ended=False)
    assert (await write(store)).state == "live"


async def test_nothing_said_is_nothing_written(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    assert await scribe(store).write(ROOM_SID, {}) is None
    assert await store.list_minutes(ROOM_SID) == []


async def test_the_template_is_that_of_the_rooms_playbook(store: Store) -> None:
    await store.add_room("acme", playbook="standup", now_ms=1)
    await record(store)
    minutes = await write(store)
    assert minutes.template == "standup"
    assert [section.id for section in minutes.sections] == ["done", "next", "blocked"]


@pytest.mark.parametrize("name", ["acme", "standup"])  # a file has the second name too
async def test_a_playbook_of_the_store_names_the_template_and_goes_before_a_file(
    store: Store, name: str
) -> None:
    text = "{name: Acme, minutes: sales, rules: [{id: cost, phrases: [price], say: Ask.}]}"
    await store.put_playbook(name, text, now_ms=1, most=9)
    await store.add_room("acme", playbook=name, now_ms=1)
    await record(store)
    assert (await write(store)).template == "sales"


async def test_without_a_playbook_that_can_be_read_the_workers_own_template_counts(
    store: Store, tmp_path: Path
) -> None:
    await record(store)
    own = scribe(store, playbook_folder=tmp_path, minutes_template="interview")
    minutes = await own.write(ROOM_SID, {})
    assert minutes
    assert minutes.template == "interview"


async def test_a_template_that_is_not_there_is_named_with_those_that_are(store: Store) -> None:
    await record(store)
    with pytest.raises(NobodyConcernedError, match="no template 'sale'; there are: free"):
        await write(store, template="sale")


async def test_a_meeting_or_profile_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(NobodyConcernedError, match="no such meeting"):
        await write(store)
    await record(store)
    with pytest.raises(NobodyConcernedError, match="no such profile"):
        await write(store, profile_id="PR_9")


async def test_consent_and_coverage_are_told_in_words(store: Store) -> None:
    await store.put_consent("acme", "id-ben", "yes", now_ms=1)
    await record(store, ended=False)
    await store.begin_off_the_record(ROOM_SID, now_ms=1_763_632_860_000)
    await store.end_off_the_record(ROOM_SID, now_ms=1_763_632_920_000)
    minutes = await write(store)
    assert minutes.consent == (
        "Agreed to be transcribed: Ben; told of the transcript and did not object: Ana, Cem."
    )
    assert minutes.coverage == "The transcript lacks: off the record 10:01 to 10:02."


async def test_who_has_a_profile_and_was_there_gets_minutes_of_their_own(store: Store) -> None:
    await store.put_profile(Profile(id="PR_1", name="Ben", keywords=("printing",)))
    await store.put_profile(Profile(id="PR_2", name="Nobody here"))
    await record(store)
    everybodys = await write(store)
    (own,) = [one for one in await store.list_minutes(ROOM_SID) if one.profile_id]
    assert own.profile_id == "PR_1"
    assert own.summary == everybodys.summary
    texts = [one.text for one in own.action_items]
    assert "Ben will book the meeting room for Thursday." in texts
    assert "Tom will call the printing company next week." in texts  # a keyword
    assert "I will send the contract by Friday." not in texts  # Ana's
    assert [one.text for one in own.decisions] == [
        "We decided to start the pilot with forty people."
    ]


async def test_minutes_for_a_person_are_made_of_everybodys_when_nothing_is_new(
    store: Store,
) -> None:
    await record(store)
    everybodys = await write(store)
    await store.put_profile(Profile(id="PR_1", name="Ana"))
    own = await write(store, profile_id="PR_1")
    assert own.profile_id == "PR_1"
    newest = await store.find_minutes(ROOM_SID, everybodys.template)
    assert newest
    assert newest.version == 1


async def test_minutes_for_a_person_say_when_they_were_written_themselves(store: Store) -> None:
    await record(store)
    everybodys = await write(store)
    await store.put_profile(Profile(id="PR_1", name="Ana"))
    later = Scribe(store, settings_for(), lambda: everybodys.written_at_ms / 1000 + 60)
    own = await later.write(ROOM_SID, {}, profile_id="PR_1")
    assert own
    assert own.written_at_ms == everybodys.written_at_ms + 60_000
    mark = await store.find_live_mark(ROOM_SID)
    assert mark
    assert mark.minutes_at_ms == own.written_at_ms  # whoever listens is told


async def test_a_line_that_may_not_be_read_any_more_stops_it_all(store: Store) -> None:
    await record(store)
    with pytest.raises(WordsErasedError):
        await write(store, may_read=lambda line: line.speaker != "id-ben")
    assert await store.list_minutes(ROOM_SID) == []


async def test_erased_words_are_in_no_minutes_written_anew(store: Store) -> None:
    await record(store, SALES_CALL)
    await write(store)
    await store.erase_speaker(ROOM_SID, "id-ben", transcript_sequence=99, sequence=0)
    text = (await write(store)).model_dump_json()
    assert "send the contract" in text
    assert "pilot with forty" not in text
    assert "enterprise plan" not in text
