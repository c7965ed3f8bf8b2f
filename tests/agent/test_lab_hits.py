"""The manners spare the hosts of the lab's calls nothing that the playbook says."""

from pathlib import Path

import pytest

from lab.call_file import load_call
from playbook.file import load_playbook
from playbook.rules import PlaybookWatch
from records import Store
from tests.agent.test_talking_points import Desk

pytestmark = pytest.mark.unit

CALLS = sorted(Path("lab/calls").glob("*.yaml"))


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
async def test_every_hit_of_a_scripted_call_is_told(path: Path, store: Store) -> None:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    call = load_call(path)
    desk = Desk(store)
    watch = PlaybookWatch(
        load_playbook(Path("playbooks") / f"{call.playbook}.yaml"),
        rest_seconds=desk.points.rest_seconds,
    )
    roles = {person.identity: person.role for person in call.participants}
    fired = 0
    for line in call.lines:
        desk.now += 5
        segment = desk.segment(line.say, speaker=line.who, role=roles[line.who])
        for match in watch.hear(segment, desk.now):
            fired += 1
            assert desk.points.hit(match, segment)
        desk.points.hear(segment)
        desk.points.expire()
    assert fired >= len({one.rule for one in call.expectations.talking_points if one.rule})
    assert not desk.points.spared
