"""Who is host cannot be claimed, moved to another room or guessed."""

import pytest

from wire.roles import (
    Role,
    RoomLife,
    derive_key,
    find_role,
    is_of_another_room,
    seal_identity,
)

pytestmark = pytest.mark.unit

SECRET = "a-secret-of-the-media-server-0123456789"
ROOM = RoomLife(name="room-1", created_at_ms=1_900_000_000_000)
NEXT_ROOM = RoomLife(name="room-1", created_at_ms=1_900_000_000_001)
OTHER_ROOM = RoomLife(name="room-2", created_at_ms=ROOM.created_at_ms)


@pytest.mark.parametrize("role", ["host", "guest"])
def test_sealed_role_is_found_again(role: Role) -> None:
    assert find_role(SECRET, ROOM, seal_identity(SECRET, ROOM, role, "seed")) == role


def test_same_seed_gives_the_same_identity_and_another_seed_another() -> None:
    first = seal_identity(SECRET, ROOM, "guest", "seed")
    assert seal_identity(SECRET, ROOM, "guest", "seed") == first
    assert seal_identity(SECRET, ROOM, "guest", "other seed") != first


def test_one_seed_as_host_and_as_guest_shares_nothing_but_the_form() -> None:
    host, guest = (seal_identity(SECRET, ROOM, role, "seed") for role in ("host", "guest"))
    assert host.split("-")[1:] != guest.split("-")[1:]


def test_identity_does_not_contain_its_seed() -> None:
    assert "very-secret-seed" not in seal_identity(SECRET, ROOM, "host", "very-secret-seed")


def test_guest_who_calls_itself_host_has_no_role() -> None:
    guest = seal_identity(SECRET, ROOM, "guest", "seed")
    assert find_role(SECRET, ROOM, "host" + guest.removeprefix("guest")) is None


def test_identity_of_one_room_is_worth_nothing_in_another() -> None:
    assert find_role(SECRET, OTHER_ROOM, seal_identity(SECRET, ROOM, "host", "seed")) is None


@pytest.mark.parametrize("role", ["host", "guest"])
def test_identity_of_one_life_of_a_room_is_worth_nothing_in_the_next(role: Role) -> None:
    assert find_role(SECRET, NEXT_ROOM, seal_identity(SECRET, ROOM, role, "seed")) is None


@pytest.mark.parametrize("room", [NEXT_ROOM, OTHER_ROOM], ids=["next", "other"])
def test_identity_of_another_room_is_told_from_one_of_this(room: RoomLife) -> None:
    identity = seal_identity(SECRET, ROOM, "guest", "seed")
    assert is_of_another_room(SECRET, room, identity)
    assert not is_of_another_room(SECRET, ROOM, identity)


@pytest.mark.parametrize("identity", ["", "host-me", "sip_+4930123456", "agent-AJ_1", "Ana"])
def test_identity_that_was_never_ours_is_of_no_other_room(identity: str) -> None:
    assert not is_of_another_room(SECRET, ROOM, identity)


def test_identity_sealed_with_another_secret_has_no_role() -> None:
    assert find_role("another-secret", ROOM, seal_identity(SECRET, ROOM, "host", "seed")) is None


@pytest.mark.parametrize("cut", [1, 4, 15])
def test_shortened_seal_has_no_role(cut: int) -> None:
    assert find_role(SECRET, ROOM, seal_identity(SECRET, ROOM, "host", "seed")[:-cut]) is None


@pytest.mark.parametrize(
    "identity",
    ["", "host", "host-", "host--", "host-me", "agent-AJ_1", "-", "höst-ä-ö", "HOST-a-b"],
)
def test_made_up_identity_has_no_role(identity: str) -> None:
    assert find_role(SECRET, ROOM, identity) is None


def test_text_moved_between_room_and_nonce_does_not_seal_the_same() -> None:
    short, long = (RoomLife(name=name, created_at_ms=1) for name in ("a", "ab"))
    assert seal_identity(SECRET, short, "host", "b") != seal_identity(SECRET, long, "host", "")


def test_keys_of_two_purposes_differ() -> None:
    assert derive_key(SECRET, "role") != derive_key(SECRET, "invitation")
    assert len(derive_key(SECRET, "role")) == 32
