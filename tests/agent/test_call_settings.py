import asyncio

import pytest

from agent.call_settings import CallSettings
from records import Store, StoreUnavailableError
from records.call_states import KeptCallState

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"


@pytest.fixture
async def settings(store: Store) -> CallSettings:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return CallSettings(store, ROOM_SID, playbook="sales", goal="")


async def test_another_agent_takes_up_what_was_set(settings: CallSettings, store: Store) -> None:
    await settings.set_paused(True)
    await settings.set_muted(True)
    await settings.set_playbook("interview")
    await settings.set_prompt(goal="Sell forty seats.", instruction="Be brief.")
    await settings.set_prompt(goal=None, instruction="")
    successor = CallSettings(store, ROOM_SID, playbook="sales", goal="")
    assert successor.state().playbook == "sales"
    await successor.load()
    assert successor.state() == settings.state()
    assert (successor.paused, successor.muted, successor.playbook) == (True, True, "interview")
    assert (successor.goal, successor.instruction) == ("Sell forty seats.", "")


async def test_a_meeting_begins_with_what_its_room_says(store: Store) -> None:
    settings = CallSettings(store, ROOM_SID, playbook="sales", goal="Sell forty seats.")
    await settings.load()
    assert (settings.goal, settings.paused, settings.muted) == ("Sell forty seats.", False, False)


async def test_everybody_concerned_is_told_of_a_change_and_of_nothing_else(
    settings: CallSettings,
) -> None:
    told: list[bool] = []
    settings.on_change.append(lambda: told.append(settings.paused))
    await settings.set_paused(True)
    await settings.set_paused(True)
    await settings.set_prompt(goal=None, instruction=None)
    assert told == [True]
    settings.describe_model = lambda: ("", "no model answers")
    settings.changed()
    assert told == [True, True]
    assert settings.state().model_quiet_because == "no model answers"


async def test_a_stop_counts_though_the_store_is_away_and_nothing_else_does(
    settings: CallSettings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(room_sid: str, state: KeptCallState) -> None:
        raise StoreUnavailableError("the store is away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "put_call_state", away)
        for change in (
            settings.set_paused(True),
            settings.set_muted(True),
            settings.set_playbook("interview"),
            settings.set_prompt(goal="x", instruction="y"),
        ):
            with pytest.raises(StoreUnavailableError):
                await change
        assert (settings.paused, settings.muted) == (True, True)
        assert (settings.playbook, settings.goal, settings.instruction) == ("sales", "", "")
        with pytest.raises(StoreUnavailableError):
            await settings.set_paused(False)
        assert settings.paused
    await settings.set_paused(False)
    kept = await store.find_call_state(ROOM_SID)
    assert kept == KeptCallState(paused=False, muted=True, playbook="sales")


async def test_long_words_of_other_parts_are_cut_to_what_the_message_holds(
    settings: CallSettings,
) -> None:
    settings.describe_model = lambda: ("m" * 500, "q" * 500)
    settings.describe_voice = lambda: ("v" * 500, "b" * 500)
    state = settings.state()
    assert [
        len(text)
        for text in (
            state.model,
            state.model_quiet_because,
            state.voice,
            state.voice_missing_because,
        )
    ] == [120, 300, 120, 300]


async def test_changes_at_the_same_time_do_not_undo_each_other(
    settings: CallSettings, store: Store
) -> None:
    async with asyncio.timeout(60):
        await asyncio.gather(
            settings.set_prompt(goal="Sell forty seats.", instruction=None),
            settings.set_paused(True),
            settings.set_playbook("interview"),
        )
    successor = CallSettings(store, ROOM_SID, playbook="sales", goal="")
    await successor.load()
    for each in (settings, successor):
        assert (each.goal, each.paused, each.playbook) == ("Sell forty seats.", True, "interview")
