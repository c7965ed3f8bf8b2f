import pytest

from records import Store
from wire.coverage import SpeakerCoverage

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"


def line(identity: str, received: float) -> SpeakerCoverage:
    return SpeakerCoverage(
        identity=identity,
        name="Zoë",
        received_seconds=received,
        silent_seconds=received,
        sent_seconds=0,
        recognized_seconds=0,
        without_text_seconds=0,
        dropped_seconds={"consent": 0.5},
    )


async def test_the_newest_figures_of_each_agent_and_participant_are_kept(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.put_coverage(ROOM_SID, "AJ_1", [line("ana", 1.0), line("ben", 2.0)])
    await store.put_coverage(ROOM_SID, "AJ_1", [line("ana", 3.0), line("ben", 4.0)])
    await store.put_coverage(ROOM_SID, "AJ_2", [line("ben", 5.0)])
    await store.put_coverage(ROOM_SID, "AJ_2", [])
    assert await store.list_coverage(ROOM_SID) == [
        line("ana", 3.0),
        line("ben", 4.0),
        line("ben", 5.0),
    ]
    assert await store.list_coverage("RM_2") == []
