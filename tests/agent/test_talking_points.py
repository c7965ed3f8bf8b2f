import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agent.manners import Limits
from agent.proposal import Proposal
from agent.publisher import Publisher
from agent.refusals import NotFoundError
from agent.talking_points import TalkingPoints
from playbook.rules import Match, Playbook, PlaybookWatch, Rule
from records import Store
from tests.agent.test_publisher import EmptyRoom
from tests.agent.waiting import until
from transcript_buffer import Role, Segment
from wire.talking_point import TalkingPoint

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
START = 1_000_000.0
PRICING = Rule(id="pricing", phrases=("the price",), say="Ask what one lost deal costs them.")
PILOT = "Offer a pilot with five people."


class Desk:
    """A store, a publisher, and the talking points of one call; time stands still."""

    def __init__(self, store: Store, last_sequence: int = 0) -> None:
        self.store = store
        self.now = START
        self.paused = False
        self.publisher = Publisher(
            room=EmptyRoom(),  # type: ignore[arg-type]
            hosts=list,
            last_sequence=last_sequence,
        )
        self.points = TalkingPoints(
            store=store,
            room_sid=ROOM_SID,
            publisher=self.publisher,
            limits=Limits(cooldown_seconds=8.0, most_in_ten_minutes=30),
            expire_seconds=180.0,
            is_paused=lambda: self.paused,
            now=lambda: self.now,
        )

    def segment(self, text: str, *, speaker: str = "guest-1", **changes: Any) -> Segment:
        role: Role = "host" if speaker.startswith("host") else "guest"
        return replace(
            Segment(
                id=f"SG_{self.now}",
                speaker=speaker,
                name="Ben",
                role=role,
                text=text,
                start_seconds=self.now - 1,
                end_seconds=self.now,
                final=True,
            ),
            **changes,
        )

    def hit(self, rule: Rule = PRICING) -> str | None:
        match = Match(rule=rule, phrase=rule.phrases[0], quote=rule.phrases[0], position=0)
        return self.points.hit(match, self.segment("what is the price"))

    def propose(self, text: str, **changes: Any) -> bool:
        return self.points.propose(self.proposal(text, **changes))

    def proposal(self, text: str, **changes: Any) -> Proposal:
        proposal = Proposal(
            id=self.points.new_id(),
            source="model",
            rule_id=None,
            text=text,
            complete=True,
            quote="we are forty",
            segment=self.segment("we are forty people"),
            read_identities=frozenset({"guest-1", "guest-2"}),
        )
        return replace(proposal, **changes)

    def newest(self) -> TalkingPoint:
        return self.points.recent(1)[0]

    async def kept(self) -> list[TalkingPoint]:
        """End the call, and return what the store holds."""
        self.publisher.end_input()
        await self.publisher.run()
        return await self.store.list_talking_points(ROOM_SID)


@pytest.fixture
async def desk(store: Store) -> Desk:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return Desk(store)


async def test_a_hit_is_told_and_kept_with_what_it_rests_on(desk: Desk) -> None:
    point_id = desk.hit()
    (point,) = await desk.kept()
    assert (point.id, point.version, point.sequence) == (point_id, 1, 1)
    assert (point.source, point.rule_id, point.text) == ("playbook", "pricing", PRICING.say)
    assert (point.quote, point.speaker_identity) == ("the price", "guest-1")
    assert point.expires_at_ms == round((START + 180) * 1000)
    assert (point.state, point.pinned, point.useful, point.read_identities) == (
        "shown",
        False,
        None,
        (),
    )


async def test_a_model_refines_a_hit_as_its_next_version(desk: Desk) -> None:
    point_id = desk.hit()
    desk.now += 2
    text = "They have forty people: ask what a lost deal costs each of them."
    assert desk.propose(text, id=point_id, rule_id="pricing")
    (point,) = await desk.kept()
    assert (point.id, point.version, point.source) == (point_id, 2, "model")
    assert (point.text, point.rule_id) == (text, "pricing")
    assert point.read_identities == ("guest-1", "guest-2")
    assert point.expires_at_ms == round((START + 182) * 1000)


async def test_an_answer_grows_under_one_id_and_its_first_words_wait(desk: Desk) -> None:
    new_id = desk.points.new_id()
    assert desk.propose("Offer", id=new_id, complete=False)
    assert desk.points.recent() == []
    assert desk.propose("Offer a pilot with five people", id=new_id, complete=False)
    assert desk.propose("Offer a pilot with five people for", id=new_id, complete=False)
    assert (desk.newest().version, desk.newest().complete) == (2, False)
    assert desk.propose(PILOT, id=new_id)
    (point,) = await desk.kept()
    assert (point.version, point.text, point.complete) == (3, PILOT, True)


async def test_what_was_told_is_not_told_again_in_other_words(desk: Desk) -> None:
    assert desk.propose(PILOT)
    desk.now += 60
    assert not desk.propose("Suggest a trial for a team of five.")
    assert len(desk.points.recent()) == 1
    assert desk.points.spared == {"said twice": 1}


async def test_an_answer_that_turns_out_to_be_nothing_new_is_withdrawn(desk: Desk) -> None:
    assert desk.propose("Explain that data stays in Europe.")
    desk.now += 60
    new_id = desk.points.new_id()
    assert desk.propose("Offer a short workshop on data", id=new_id, complete=False)
    assert not desk.propose("Data stays in Europe.", id=new_id)
    assert (desk.newest().id, desk.newest().state) == (new_id, "withdrawn")


async def test_a_refinement_that_repeats_another_leaves_the_hit_as_it_was(desk: Desk) -> None:
    assert desk.propose(PILOT)
    point_id = desk.hit()
    assert not desk.propose("Suggest a trial for a team of five.", id=point_id)
    assert (desk.newest().id, desk.newest().text, desk.newest().state) == (
        point_id,
        PRICING.say,
        "shown",
    )


async def test_while_advice_is_paused_nothing_is_told(desk: Desk) -> None:
    desk.paused = True
    assert desk.hit() is None
    assert not desk.propose(PILOT)
    desk.paused = False
    assert desk.hit()


async def test_what_was_begun_before_a_pause_may_be_finished_and_not_refined(desk: Desk) -> None:
    point_id, new_id = desk.hit(), desk.points.new_id()
    desk.now += 60
    assert desk.propose("Offer a pilot with five people", id=new_id, complete=False)
    desk.paused = True
    assert not desk.propose("Offer a pilot with five people for two", id=new_id, complete=False)
    assert desk.propose("Offer a pilot with five people …", id=new_id)
    assert desk.newest().complete
    assert not desk.propose("Ask for the cost of a lost deal.", id=point_id)


async def test_what_was_begun_and_is_broken_off_is_closed_and_marked_also_in_a_pause(
    desk: Desk,
) -> None:
    new_id = desk.points.new_id()
    assert desk.propose("Offer a pilot with five people", id=new_id, complete=False)
    desk.paused = True
    desk.points.break_off(new_id)
    desk.points.break_off(new_id)
    desk.points.break_off("TP_of_nothing")
    assert (desk.newest().text, desk.newest().complete) == (
        "Offer a pilot with five people …",
        True,
    )
    assert desk.newest().version == 2


async def test_what_is_cut_at_its_greatest_length_is_still_a_talking_point(desk: Desk) -> None:
    new_id = desk.points.new_id()
    assert desk.propose("Offer a pilot with five people. " * 50, id=new_id, complete=False)
    desk.points.break_off(new_id)
    assert len(desk.newest().text) == 1000


async def test_what_the_host_says_himself_is_withdrawn_whoever_else_says_it(desk: Desk) -> None:
    desk.propose(PILOT)
    words = "how about a pilot, just with five of you"
    desk.points.hear(desk.segment(words))
    desk.points.hear(desk.segment(words, speaker="host-1", final=False))
    assert desk.newest().state == "shown"
    desk.points.hear(desk.segment("how about a pilot", speaker="host-1"))
    assert desk.newest().state == "shown"
    desk.points.hear(desk.segment("just with five of you", speaker="host-2"))
    assert desk.newest().state == "withdrawn"
    (point,) = await desk.kept()
    assert (point.version, point.state) == (2, "withdrawn")


async def test_what_a_host_has_just_said_spares_a_proposal_for_half_a_minute(desk: Desk) -> None:
    desk.points.hear(desk.segment("how about a pilot with five people", speaker="host-1"))
    desk.now += 29
    assert not desk.propose(PILOT)
    desk.now += 2
    assert desk.propose(PILOT)


async def test_a_talking_point_expires_and_a_pinned_one_neither_expires_nor_is_withdrawn(
    desk: Desk,
) -> None:
    pilot, price = desk.points.new_id(), desk.hit()
    assert price
    desk.now += 10
    desk.propose(PILOT, id=pilot)
    desk.points.pin(pilot, True)
    desk.now += 1000
    desk.points.hear(desk.segment("a pilot with five people", speaker="host-1"))
    desk.points.expire()
    states = {point.id: (point.state, point.expires_at_ms) for point in desk.points.recent()}
    assert states[price][0] == "expired"
    assert states[pilot] == ("shown", None)
    desk.points.pin(pilot, False)
    assert desk.newest().expires_at_ms == round((desk.now + 180) * 1000)
    desk.now += 180
    desk.points.expire()
    assert desk.newest().state == "expired"
    desk.points.pin(pilot, True)
    assert (desk.newest().state, desk.newest().pinned) == ("shown", True)


async def test_what_a_host_dismisses_is_refined_no_more(desk: Desk) -> None:
    point_id = desk.hit()
    assert point_id
    desk.points.dismiss(point_id)
    desk.points.dismiss(point_id)
    assert not desk.propose("Ask for the cost of a lost deal.", id=point_id)
    assert (desk.newest().state, desk.newest().version) == ("dismissed", 2)


async def test_dismiss_and_useful_change_how_long_a_rule_rests(desk: Desk) -> None:
    watch = PlaybookWatch(Playbook("sales", (PRICING,)), rest_seconds=desk.points.rest_seconds)

    def fires() -> bool:
        segment = desk.segment("the price")
        matches = watch.hear(segment, desk.now)
        return any(desk.points.hit(match, segment) for match in matches)

    assert fires()
    desk.points.rate(desk.newest().id, True)
    desk.now += 59
    assert not fires()
    desk.points.dismiss(desk.newest().id)
    desk.now += 120
    assert not fires()  # useful would have let it, and so would nothing said
    desk.now += 720
    assert fires()


async def test_what_a_host_thinks_is_kept_and_may_be_taken_back(desk: Desk) -> None:
    point_id = desk.hit()
    assert point_id
    desk.points.rate(point_id, True)
    assert desk.newest().useful is True
    desk.points.rate(point_id, None)
    desk.points.rate(point_id, None)
    (point,) = await desk.kept()
    assert (point.useful, point.version) == (None, 3)


async def test_an_id_that_the_meeting_does_not_have_is_refused(desk: Desk) -> None:
    changes: tuple[Callable[[], None], ...] = (
        lambda: desk.points.pin("TP_0", True),
        lambda: desk.points.dismiss("TP_0"),
        lambda: desk.points.rate("TP_0", True),
    )
    for change in changes:
        with pytest.raises(NotFoundError):
            change()


@pytest.mark.parametrize("identity", ["guest-1", "guest-2"])
async def test_an_erased_speaker_takes_along_what_quotes_or_read_them(
    identity: str, desk: Desk
) -> None:
    desk.propose(PILOT)
    desk.now += 60
    desk.propose("Ask who signs the contract.", read_identities=frozenset({"guest-1"}))
    await desk.points.erase_speaker(identity)
    left = [point.text for point in desk.points.recent()]
    assert left == ([] if identity == "guest-1" else ["Ask who signs the contract."])


async def test_an_erased_hosts_words_count_no_more(desk: Desk) -> None:
    desk.points.hear(desk.segment("how about a pilot with five people", speaker="host-1"))
    await desk.points.erase_speaker("host-1")
    assert desk.propose(PILOT)


async def test_another_agent_takes_up_what_was_told_and_the_manners(desk: Desk) -> None:
    first = desk.hit()
    assert first
    desk.now += 30
    desk.propose(PILOT)
    desk.points.pin(desk.newest().id, True)
    desk.now += 30
    unfinished = desk.points.new_id()
    desk.propose("Explain that data stays in Europe, and that", id=unfinished, complete=False)
    await desk.kept()

    meeting = await desk.store.find_meeting(ROOM_SID)
    assert meeting
    successor = Desk(desk.store, meeting.last_sequence)
    successor.now = desk.now + 10
    await successor.points.load()
    recent = {point.id: point for point in successor.points.recent()}
    assert len(recent) == 3
    assert recent[first].state == "shown"
    assert recent[unfinished].complete
    assert recent[unfinished].text.endswith("and that …")
    assert successor.points.fired_at() == {"pricing": START}
    assert not successor.propose("Suggest a trial for a team of five.")
    assert successor.hit() is None  # it is on the screen
    kept = await successor.kept()
    numbers = [point.sequence for point in kept]
    assert len(set(numbers)) == 3
    assert max(numbers) == meeting.last_sequence + 1  # only the finished one was sent again


async def test_what_expires_is_taken_from_the_screen_by_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.talking_points.LOOK_SECONDS", 0.001)
    desk.hit()
    desk.now += 180
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(desk.points.run())
        await until(lambda: desk.newest().state != "shown")
        running.cancel()
    assert desk.newest().state == "expired"


async def test_a_successor_knows_what_a_host_has_said_just_before_it_came(
    desk: Desk, store: Store
) -> None:
    desk.propose(PILOT)
    await desk.kept()
    heir = Desk(store, last_sequence=1)
    heir.now = START + 5
    await heir.points.load()
    half = heir.segment("offer a pilot", speaker="host-1")
    heir.points.recall([half, heir.segment("with five people")])
    assert heir.newest().state == "shown"
    # What a guest has said does not count; with the host's next words the host has said it all.
    heir.points.hear(heir.segment("for five people", speaker="host-1"))
    assert heir.newest().state == "withdrawn"
    assert not heir.propose("Offer a pilot for five of the people.")


async def test_a_successor_keeps_to_the_pauses_of_its_predecessor(desk: Desk, store: Store) -> None:
    desk.propose(PILOT)
    await desk.kept()
    heir = Desk(store, last_sequence=1)
    await heir.points.load()
    heir.points.recall([])
    heir.now = START + 7.9
    assert not heir.propose("Ask who decides about the budget.")
    heir.now = START + 8
    assert heir.propose("Ask who decides about the budget.")
