"""Tiny calls on the real stack."""

from pathlib import Path

import pytest

from lab.commands import PreparedCall, play_call, prepare
from lab.play import PlayError, PlayOptions
from lab.sabotage import SABOTAGES
from tests.parts import API_KEY, API_SECRET, TestStack

pytestmark = pytest.mark.room

TWO_LINES = """\
title: Two lines
purpose: A question that brings a talking point.
playbook: sales
participants:
  - {identity: ana, name: Ana, role: host, voice: slt}
  - {identity: ben, name: Ben, role: guest, voice: rms}
lines:
  - {who: ana, at: 0.5, say: Good morning.}
  - {who: ben, say: And what is the price for a team of forty people.}
expectations:
  talking_points: [{rule: pricing, line: what is the price, within_seconds: 5}]
  max_latency_ms: {speech_end_to_final: 8000}
"""

COMINGS_AND_GOINGS = """\
title: Comings and goings
purpose: One reloads, one comes late, is muted and unmuted, and goes.
playbook: sales
participants:
  - {identity: ana, name: Ana, role: host, voice: slt}
  - {identity: ben, name: Ben, role: guest, voice: rms, joins: false}
lines:
  - {who: ana, at: 0.5, say: Good morning.}
  - {who: ben, at: 7.0, say: One two three four five.}
  - {who: ana, at: 15.0, say: Thank you very much.}
events:
  - {do: reload, who: ana, at: 2.0}
  - {do: join, who: ben, at: 3.0}
  - {do: mute, who: ben, at: 4.0}
  - {do: unmute, who: ben, at: 5.0}
  - {do: leave, who: ben, after_line: 2, offset_seconds: 1.0}
  - {do: reconnect, who: ana, at: 12.0}
expectations:
  max_latency_ms: {speech_end_to_final: 8000}
"""


def prepared(folder: Path, text: str) -> PreparedCall:
    path = folder / "call.yaml"
    path.write_text(text)
    return prepare(path)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch, _environment: None) -> None:
    # With the keys of the media server the hidden spy can join.
    monkeypatch.setenv("LIVEKIT_API_KEY", API_KEY)
    monkeypatch.setenv("LIVEKIT_API_SECRET", API_SECRET)


async def test_a_call_of_two_lines_passes_under_the_eyes_of_three_spies(
    stack: TestStack, tmp_path: Path
) -> None:
    call = prepared(tmp_path, TWO_LINES)

    recording, result = await play_call(call, stack.token_server_url, None, visibly=False)

    assert result.failures == []
    assert result.talking_points.hit == ["pricing"]
    assert result.finals == 2
    assert result.latency_ms["speech_end_to_final"].count == 2
    spies = result.privacy.spies
    assert set(spies) == {"listening guest", "late guest", "hidden participant", "ben"}
    assert all(seen.bytes == 0 and seen.of_messages > 0 for seen in spies.values())
    assert {"text stream", "participant"} <= {s.kind for s in recording.spies[0].sightings}
    assert result.coverage["ben"].received_seconds is not None


async def test_people_come_and_go_and_nothing_is_lost(stack: TestStack, tmp_path: Path) -> None:
    call = prepared(tmp_path, COMINGS_AND_GOINGS)

    recording, result = await play_call(call, stack.token_server_url, None, visibly=False)

    assert result.failures == []
    done = [played.event.do for played in recording.events]
    assert done == ["reload", "join", "mute", "unmute", "leave", "reconnect"]
    assert len(recording.absent["ana"]) == 2


async def test_a_message_copied_to_everyone_fails_the_call(
    stack: TestStack, tmp_path: Path
) -> None:
    call = prepared(tmp_path, TWO_LINES)
    options = PlayOptions(sabotage=SABOTAGES["publish-to-everyone"])

    _, result = await play_call(call, stack.token_server_url, None, options=options, visibly=False)

    assert [failure.split(":")[0] for failure in result.failures] == ["privacy"]


async def test_a_kill_is_refused_on_a_stack_of_somebody_else(
    stack: TestStack, tmp_path: Path
) -> None:
    text = TWO_LINES.replace("expectations:", "events: [{do: kill_job, at: 1}]\nexpectations:")

    with pytest.raises(PlayError, match="leave --url out"):
        await play_call(prepared(tmp_path, text), stack.token_server_url, None, visibly=False)
