import asyncio
from pathlib import Path

import pytest

from agent.call_settings import CallSettings
from agent.playbook_advice import PlaybookAdvice
from agent.playbook_shelf import PlaybookShelf
from agent.refusals import ConflictError, NotFoundError
from agent.stt.vocabulary import load_vocabulary
from playbook.file import PlaybookError
from records import Store
from tests.agent.test_talking_points import Desk

pytestmark = pytest.mark.unit

SALES = (
    "name: Sales\nrules:\n  - id: pricing\n    phrases: [the price]\n    say: Ask for the budget.\n"
)
HIRING = "name: Hiring\nrules:\n  - id: pay\n    phrases: [the salary]\n    say: Name the range.\n"


@pytest.fixture
def shelf(tmp_path: Path) -> PlaybookShelf:
    folder = tmp_path / "playbooks"
    folder.mkdir()
    for name, text in (
        ("sales", SALES),
        ("hiring", HIRING),
        ("broken", "name: Broken\nrules: 7\n"),
    ):
        (folder / f"{name}.yaml").write_text(text)
    return PlaybookShelf(folder, load_vocabulary())


@pytest.fixture
async def desk(store: Store) -> Desk:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    return Desk(store)


@pytest.fixture
def settings(desk: Desk) -> CallSettings:
    return CallSettings(desk.store, "RM_1", playbook="sales", goal="")


@pytest.fixture
def advice(desk: Desk, shelf: PlaybookShelf, settings: CallSettings) -> PlaybookAdvice:
    return PlaybookAdvice(
        shelf.load("sales"),
        shelf=shelf,
        talking_points=desk.points,
        settings=settings,
        store=desk.store,
        now=lambda: desk.now,
    )


def told(desk: Desk) -> list[str | None]:
    return [point.rule_id for point in desk.points.recent()]


async def test_what_is_heard_goes_through_the_rules_and_others_are_told_of_a_hit(
    advice: PlaybookAdvice, desk: Desk
) -> None:
    hits: list[tuple[str, str, str]] = []
    advice.on_hit.append(lambda match, segment, id_: hits.append((match.rule.id, segment.id, id_)))
    segment = desk.segment("what is the price")
    advice.hear(segment)
    assert hits == [("pricing", segment.id, desk.newest().id)]


async def test_nothing_is_heard_while_advice_is_paused_and_nothing_comes_of_it_later(
    advice: PlaybookAdvice, desk: Desk, settings: CallSettings
) -> None:
    await settings.set_paused(True)
    advice.hear(desk.segment("what is the price"))
    await settings.set_paused(False)
    assert told(desk) == []
    advice.hear(desk.segment("so what is the price", id="SG_2"))
    assert told(desk) == ["pricing"]


async def test_another_playbook_speaks_from_now_on(
    advice: PlaybookAdvice, desk: Desk, settings: CallSettings
) -> None:
    changes: list[str] = []
    settings.on_change.append(lambda: changes.append(advice.title))
    await advice.change("hiring")
    assert (settings.playbook, advice.title, changes[-1]) == ("hiring", "Hiring", "Hiring")
    advice.hear(desk.segment("the price or the salary"))
    assert told(desk) == ["pay"]


async def test_rules_rest_over_a_change_of_playbooks(advice: PlaybookAdvice, desk: Desk) -> None:
    advice.hear(desk.segment("the price"))
    desk.points.dismiss(desk.newest().id)
    await advice.change("hiring")
    await advice.change("sales")
    desk.now += 119
    advice.hear(desk.segment("the price"))
    assert told(desk) == ["pricing"]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        (
            "nothing",
            NotFoundError,
            "there is no playbook 'nothing'; there are broken, hiring, sales",
        ),
        ("broken", ConflictError, "the playbook 'broken' cannot be used: line 2: "),
    ],
)
async def test_a_playbook_that_cannot_be_used_changes_nothing_and_is_told(
    name: str,
    kind: type[Exception],
    words: str,
    advice: PlaybookAdvice,
    desk: Desk,
    settings: CallSettings,
) -> None:
    with pytest.raises(kind) as caught:
        await advice.change(name)
    assert str(caught.value).startswith(words)
    assert (settings.playbook, advice.title) == ("sales", "Sales")
    advice.hear(desk.segment("the price"))
    assert told(desk) == ["pricing"]


def test_the_first_playbook_that_can_be_used_is_found_and_says_what_was_wanted(
    shelf: PlaybookShelf,
) -> None:
    found = shelf.load_one_of("broken", "nothing", "sales")
    assert (found.name, found.instead_of) == ("sales", "broken")
    assert shelf.load_one_of("hiring", "sales").instead_of == ""
    with pytest.raises(PlaybookError):
        shelf.load_one_of("broken", "nothing")


async def put(desk: Desk, text: str, name: str = "sales") -> None:
    await desk.store.put_playbook(name, text, now_ms=1, most=9)


async def test_a_playbook_of_the_store_goes_before_a_file(desk: Desk, shelf: PlaybookShelf) -> None:
    assert await shelf.refresh(desk.store) == frozenset()
    await put(desk, HIRING, "sales")
    await put(desk, SALES, "support")

    assert await shelf.refresh(desk.store) == {"sales", "support"}
    assert shelf.names() == ("broken", "hiring", "sales", "support")
    assert shelf.load("sales").playbook.name == "Hiring"
    assert await shelf.refresh(desk.store) == frozenset()

    await desk.store.delete_playbook("sales")
    assert await shelf.refresh(desk.store) == {"sales"}
    assert shelf.load("sales").playbook.name == "Sales"


async def test_a_playbook_given_anew_after_it_was_deleted_is_a_change(
    desk: Desk, shelf: PlaybookShelf
) -> None:
    await put(desk, SALES)
    await shelf.refresh(desk.store)
    await desk.store.delete_playbook("sales")
    await desk.store.put_playbook("sales", HIRING, now_ms=2, most=9)

    assert await shelf.refresh(desk.store) == {"sales"}


async def test_a_running_call_follows_a_new_version_and_what_is_shown_stays(
    advice: PlaybookAdvice,
    desk: Desk,
    settings: CallSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent.playbook_advice.LOOK_SECONDS", 0.01)
    changed = asyncio.Event()
    settings.on_change.append(changed.set)
    advice.hear(desk.segment("what is the price"))
    shown = desk.newest().id
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(advice.run())
        await put(desk, HIRING)
        async with asyncio.timeout(10):
            await changed.wait()
        following.cancel()

    assert (settings.playbook, advice.title) == ("sales", "Hiring")
    assert [point.id for point in desk.points.recent()] == [shown]
    advice.hear(desk.segment("and the price", id="SG_2"))
    advice.hear(desk.segment("and the salary", id="SG_3"))
    assert told(desk) == ["pay", "pricing"]


async def test_a_version_that_cannot_be_used_changes_nothing(
    advice: PlaybookAdvice, desk: Desk, settings: CallSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.playbook_advice.LOOK_SECONDS", 0.01)
    changed = asyncio.Event()
    settings.on_change.append(changed.set)
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(advice.run())
        await put(desk, "name: Broken\nrules: 7\n")
        async with asyncio.timeout(10):
            await changed.wait()
        following.cancel()

    advice.hear(desk.segment("what is the price"))
    assert told(desk) == ["pricing"]
