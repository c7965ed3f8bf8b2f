import pytest
from livekit import rtc

from agent.attendance import Attendance
from tests.parts import API_SECRET
from wire.roles import seal_identity

pytestmark = pytest.mark.unit

HOST, GUEST = (seal_identity(API_SECRET, "acme", role, "seed") for role in ("host", "guest"))


class EmptyRoom:
    """A room in which nobody has been announced yet."""

    def __init__(self) -> None:
        self.name = "acme"
        self.remote_participants: dict[str, rtc.RemoteParticipant] = {}


@pytest.fixture
def attendance() -> Attendance:
    return Attendance(
        EmptyRoom(),  # type: ignore[arg-type]
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
    "identity", [GUEST, "stranger", HOST[:-1] + "x"], ids=["guest", "stranger", "forged"]
)
def test_nobody_becomes_a_host_by_speaking(identity: str, attendance: Attendance) -> None:
    attendance.greet(identity)
    assert attendance.hosts() == []
