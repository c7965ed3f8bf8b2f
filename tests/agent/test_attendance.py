import pytest
from livekit import rtc

from agent.attendance import Attendance
from tests.parts import API_SECRET
from wire.roles import RoomLife, seal_identity

pytestmark = pytest.mark.unit

LIFE, EARLIER = (RoomLife(name="acme", created_at_ms=at_ms) for at_ms in (2, 1))
HOST, GUEST = (seal_identity(API_SECRET, LIFE, role, "seed") for role in ("host", "guest"))
HOST_OF_EARLIER = seal_identity(API_SECRET, EARLIER, "host", "seed")


class EmptyRoom:
    """A room in which nobody has been announced yet."""

    def __init__(self) -> None:
        self.remote_participants: dict[str, rtc.RemoteParticipant] = {}


@pytest.fixture
def attendance() -> Attendance:
    return Attendance(
        EmptyRoom(),  # type: ignore[arg-type]
        life=LIFE,
        api_secret=API_SECRET,
        leave_after_seconds=5.0,
        on_alone=lambda: None,
    )


def test_a_host_who_has_spoken_to_the_agent_is_here_before_the_room_announces_it(
    attendance: Attendance,
) -> None:
    assert attendance.hosts() == []
    attendance.greet(HOST)
    assert attendance.hosts() == [HOST]
    attendance.part(HOST)
    assert attendance.hosts() == []


@pytest.mark.parametrize(
    "identity",
    [GUEST, "stranger", HOST[:-1] + "x", HOST_OF_EARLIER],
    ids=["guest", "stranger", "forged", "of an earlier room"],
)
def test_nobody_becomes_a_host_by_speaking(identity: str, attendance: Attendance) -> None:
    attendance.greet(identity)
    assert attendance.hosts() == []
