import pytest

from token_server.rota import RoomSeen, Rota, Seen, Send, Step, WarnOfOtherStore

pytestmark = pytest.mark.unit

LONELY = RoomSeen(name="demo", people=1)
SERVED = RoomSeen(name="demo", lease="held")
LEAVING = RoomSeen(name="demo", people=1, lease="leaving", agent_visible=True)
LOST = RoomSeen(name="demo", people=1, lease="lost", agent_visible=True)
EMPTY = RoomSeen(name="demo")
GHOST = RoomSeen(name="demo", people=1, agent_visible=True)


def look(
    rota: Rota, room: RoomSeen, now: float, workers: frozenset[str] = frozenset()
) -> Step | None:
    steps = rota.decide(Seen(rooms=(room,), worker_ids=workers), now)
    return steps[0] if steps else None


def times_of_sending(rota: Rota, room: RoomSeen, seconds: range) -> list[int]:
    return [now for now in seconds if isinstance(look(rota, room, now), Send)]


def test_an_agent_is_sent_after_three_seconds_without_one() -> None:
    rota = Rota()

    assert look(rota, LONELY, 100.0) is None
    assert look(rota, LONELY, 102.9) is None
    assert look(rota, LONELY, 103.0) == Send("demo", 1)


def test_the_pauses_grow_to_half_a_minute() -> None:
    assert times_of_sending(Rota(), LONELY, range(120)) == [3, 6, 12, 24, 48, 78, 108]


def test_a_served_room_is_left_alone() -> None:
    assert times_of_sending(Rota(), SERVED, range(60)) == []


def test_a_room_without_people_is_left_alone() -> None:
    assert times_of_sending(Rota(), EMPTY, range(60)) == []


def test_people_who_leave_and_come_back_wait_three_seconds_again() -> None:
    rota = Rota()
    look(rota, LONELY, 0.0)
    look(rota, EMPTY, 2.0)

    assert look(rota, LONELY, 3.0) is None
    assert look(rota, LONELY, 6.0) == Send("demo", 1)


def test_a_room_that_had_an_agent_is_sent_another_at_once() -> None:
    given_back, ran_out = Rota(), Rota()
    look(given_back, SERVED, 0.0)
    look(ran_out, SERVED, 0.0)

    assert look(given_back, LONELY, 10.0) == Send("demo", 1)
    assert look(ran_out, LOST, 10.0) == Send("demo", 1)


def test_a_lease_that_ran_out_before_the_watch_began_counts() -> None:
    assert look(Rota(), LOST, 0.0) == Send("demo", 1)


def test_people_who_come_back_to_a_room_that_had_an_agent_do_not_wait() -> None:
    rota = Rota()
    look(rota, SERVED, 0.0)
    assert look(rota, EMPTY, 10.0) is None

    assert look(rota, LONELY, 20.0) == Send("demo", 1)


def test_a_room_whose_agent_is_leaving_gets_a_successor_at_once_and_only_one_at_a_time() -> None:
    rota = Rota()
    others = frozenset({"w2"})
    look(rota, SERVED, 0.0, others)
    sent = [now for now in range(1, 12) if look(rota, LEAVING, now, others)]

    assert sent == [1, 4, 10]


def test_a_successor_is_sent_only_when_another_worker_is_there() -> None:
    rota = Rota()
    look(rota, SERVED, 0.0)

    assert look(rota, LEAVING, 1.0) is None
    assert look(rota, LEAVING, 2.0, frozenset({"w2"})) == Send("demo", 1)


def test_an_empty_room_whose_agent_is_leaving_needs_no_successor() -> None:
    rota = Rota()
    empty = RoomSeen(name="demo", lease="leaving")

    assert look(rota, empty, 1.0, frozenset({"w2"})) is None


def test_an_agent_that_dies_again_and_again_is_not_sent_every_time() -> None:
    rota = Rota()
    assert times_of_sending(rota, LOST, range(1)) == [0]
    look(rota, SERVED, 1.0)
    assert times_of_sending(rota, LOST, range(2, 5)) == [3]
    look(rota, SERVED, 5.0)

    assert times_of_sending(rota, LOST, range(6, 11)) == [9]
    look(rota, SERVED, 11.0)
    assert times_of_sending(rota, LOST, range(12, 30)) == [21]


def test_a_room_served_for_ten_seconds_starts_with_the_shortest_pause() -> None:
    rota = Rota()
    assert times_of_sending(rota, LONELY, range(13)) == [3, 6, 12]
    for now in range(13, 24):
        look(rota, SERVED, now)

    assert times_of_sending(rota, LOST, range(24, 30)) == [24, 27]


def test_a_new_worker_is_tried_at_once() -> None:
    rota = Rota()
    assert times_of_sending(rota, LONELY, range(30)) == [3, 6, 12, 24]

    assert look(rota, LONELY, 31.0, frozenset({"w1"})) == Send("demo", 1)
    assert look(rota, LONELY, 32.0, frozenset({"w1"})) is None
    assert look(rota, LONELY, 34.0, frozenset({"w1"})) == Send("demo", 2)


@pytest.mark.parametrize("room", [LONELY, LEAVING, LOST])
def test_a_room_without_its_agent_needs_a_worker(room: RoomSeen) -> None:
    rota = Rota()
    look(rota, room, 0.0)
    assert rota.needs_worker
    look(rota, SERVED, 1.0)
    assert not rota.needs_worker


def test_an_empty_room_needs_no_worker() -> None:
    rota = Rota()
    look(rota, EMPTY, 0.0)
    assert not rota.needs_worker


def test_a_dead_agent_that_still_shows_does_not_stop_a_new_one() -> None:
    assert times_of_sending(Rota(), GHOST, range(13)) == [3, 6, 12]


def test_an_agent_that_lives_by_another_store_is_warned_of_once_and_not_doubled() -> None:
    rota = Rota()
    steps = [(now, look(rota, GHOST, now)) for now in range(200)]

    assert [now for now, step in steps if isinstance(step, Send)] == [3, 6, 12, 24]
    assert [step for now, step in steps if now >= 25 and step] == [WarnOfOtherStore("demo")]


def test_when_that_agent_leaves_another_is_sent() -> None:
    rota = Rota()
    for now in range(60):
        look(rota, GHOST, now)

    assert look(rota, LONELY, 60.0) == Send("demo", 5)


def test_rooms_are_decided_one_by_one() -> None:
    rota = Rota()
    rooms = (LONELY, RoomSeen(name="other", lease="held"), RoomSeen(name="third", people=2))
    rota.decide(Seen(rooms=rooms), 0.0)

    assert rota.decide(Seen(rooms=rooms), 3.0) == [Send("demo", 1), Send("third", 1)]


def test_a_room_that_is_gone_is_forgotten() -> None:
    rota = Rota()
    look(rota, LONELY, 0.0)
    rota.decide(Seen(rooms=()), 1.0)

    assert look(rota, LONELY, 3.0) is None
    assert len(rota._records) == 1
