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


WRITTEN = (
    TWO_LINES
    + """\
  tasks: []
events:
  - do: request
    who: ana
    with_line: 1
    requests:
      - {rpc: prompt, payload: {goal: Find out how large their budget is}, answer: 0}
      - http: PUT
        path: /rooms/$room/briefs/notes.md
        payload: We never sell for less than a hundred a month.
        answer: 200
  - do: request
    who: ben
    after_line: 2
    offset_seconds: 2
    requests:
      - {rpc: pause, payload: {}, answer: 4003}
      - {rpc: pin, payload: {id: "$point"}, answer: 4003}
      - {rpc: catch_up, payload: {}, answer: 0}
      - {rpc: resume, payload: {}, answer: 0}
      - {http: GET, path: /rooms/$room/tasks, answer: 403}
      - {topic: sidenote.talking_point, payload: "{no json", pad_to: 20000}
      - {stream: lk.chat, payload: "I know $point of $room"}
"""
)


async def test_what_is_asked_in_writing_is_answered_by_the_rights_of_who_asks(
    stack: TestStack, tmp_path: Path
) -> None:
    call = prepared(tmp_path, WRITTEN)

    recording, score = await play_call(
        call, stack.token_server_url, API_KEY, options=PlayOptions(spies=False), visibly=False
    )

    answers = [(played.who, played.answer) for played in recording.requests]
    refused = [("ben", 4003), ("ben", 4003), ("ben", 0), ("ben", 4003), ("ben", 403)]
    assert answers == [("ana", 0), ("ana", 200), *refused, ("ben", None), ("ben", None)]
    # The one wrong expectation of the call file is told; what a guest forges is nobody's fault.
    assert score.failures == ["requests.wrong: resume of ben: 4003 instead of 0"]
    (point,) = {m.point.id for m in recording.hosts[0].messages if m.point}
    forged = [each for each in recording.hosts[0].sightings if each.by_person]
    assert {each.topic for each in forged} == {"sidenote.talking_point", "lk.chat"}
    (chat,) = [each for each in forged if each.topic == "lk.chat"]
    assert f"I know {point} of {recording.room_name}".encode() in chat.payload
