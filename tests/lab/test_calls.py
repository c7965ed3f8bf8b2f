"""The calls that come with the lab: each is sound, has its voices, and says what it is for."""

import hashlib
from pathlib import Path

import pytest
import soundfile

from lab.call_file import CallFile, load_call
from lab.lint import lint_call
from lab.schema import HEADER
from lab.sound import read_sound, sound_bounds_seconds
from lab.voices import line_file, read_index, voices_folder

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
CALLS = sorted((ROOT / "lab" / "calls").glob("**/*.yaml"))
NAMES = {path.stem for path in CALLS}
MOST_BYTES = 8_000_000

every_call = pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)


def call_named(name: str) -> CallFile:
    return load_call(ROOT / "lab" / "calls" / f"{name}.yaml")


@every_call
def test_nothing_is_to_be_remarked_on(path: Path) -> None:
    assert [str(remark) for remark in lint_call(path, ROOT / "playbooks")] == []


@every_call
def test_an_editor_finds_the_schema(path: Path) -> None:
    deeper = len(path.relative_to(ROOT / "lab" / "calls").parts) - 1
    header = HEADER.replace("../", "../" * (deeper + 1))
    assert path.read_text(encoding="utf-8").splitlines()[0] == header


@every_call
def test_the_voices_in_the_tree_are_those_of_the_call(path: Path) -> None:
    call = load_call(path)
    folder = voices_folder(path)
    index = read_index(folder)
    assert [line.words for line in index.lines] == [line.say for line in call.lines]
    for number, (line, said) in enumerate(zip(index.lines, call.lines, strict=True), start=1):
        assert line.voice == call.participant(said.who).voice
        audio = soundfile.info(folder / line.file)
        assert line.file == line_file(number, said.who)
        assert (audio.samplerate, audio.channels, audio.format) == (16000, 1, "FLAC")
        assert audio.duration == pytest.approx(line.seconds, abs=0.01)
        assert line.sha256 == hashlib.sha256((folder / line.file).read_bytes()).hexdigest()


@every_call
def test_every_word_has_its_time_and_loudness_agrees(path: Path) -> None:
    folder = voices_folder(path)
    for line in read_index(folder).lines:
        ends = [each.end_seconds for each in line.word_ends]
        assert ends == sorted(ends)
        assert 0 <= line.speech_start_seconds < ends[0] <= ends[-1] <= line.speech_end_seconds
        bounds = sound_bounds_seconds(read_sound(folder / line.file))
        assert bounds == pytest.approx(
            (line.speech_start_seconds, line.speech_end_seconds), abs=0.12
        )


@every_call
def test_the_words_of_a_talking_point_have_an_end(path: Path) -> None:
    call = load_call(path)
    index = read_index(voices_folder(path))
    for point in call.expectations.talking_points:
        (meant,) = call.lines_meant(point)
        if isinstance(point.line, str):
            assert index.lines[meant].phrase_end_seconds(point.line) > 0


def test_the_calls_that_were_promised_are_there() -> None:
    assert {
        "sales",
        "interview",
        "standup",
        "silence",
        "hangup",
        "noise",
        "crowd",
        "rejoin",
        "cohost",
    } <= NAMES


def test_the_voices_stay_small_enough_for_the_tree() -> None:
    flacs = (ROOT / "lab" / "calls").glob("**/*.flac")
    assert sum(path.stat().st_size for path in flacs) < MOST_BYTES


def test_the_sales_call_expects_five_talking_points_from_the_guest() -> None:
    call = call_named("sales")
    expected = call.expectations.talking_points
    assert len({point.rule for point in expected}) == len(expected) == 5
    for point in expected:
        (index,) = call.lines_meant(point)
        assert call.participant(call.lines[index].who).role == "guest"


def test_the_planning_plants_all_that_minutes_are_tried_with() -> None:
    call = call_named("minutes/planning")
    minutes = call.expectations.minutes
    assert minutes
    assert len(minutes.decisions) >= 4
    assert len([action for action in minutes.action_items if action.who]) >= 5
    assert len([action for action in minutes.action_items if action.day not in {None, "none"}]) >= 3
    assert len(minutes.open_questions) >= 3
    assert len([action for action in minutes.action_items if action.day == "none"]) >= 2
    assert len(minutes.absent) >= 2
    assert len(minutes.withdrawn) >= 2


def test_five_people_overlap_in_the_stand_up() -> None:
    call = call_named("standup")
    assert len({line.who for line in call.lines}) == 5
    assert sum(line.after is not None and line.after < 0 for line in call.lines) >= 3


def test_a_minute_of_silence_comes_before_the_sentence() -> None:
    call = call_named("silence")
    assert [line.at for line in call.lines] == [60]
    assert call.expectations.max_invented_words == 0


def test_the_last_word_is_followed_by_the_hang_up_at_once() -> None:
    call = call_named("hangup")
    (event,) = call.events
    assert (event.do, event.after_line, event.offset_seconds) == ("hang_up", len(call.lines), 0)


def test_a_guest_and_a_host_join_late_to_the_call_of_two_hosts() -> None:
    call = call_named("cohost")
    assert sorted(each.role for each in call.participants if not each.joins) == ["guest", "host"]


def test_guests_and_a_brief_give_at_least_forty_orders_and_the_host_one() -> None:
    call = call_named("red_team/injections")
    hosts = {each.identity for each in call.participants if each.role == "host"}
    requests = [(event.who, request) for event in call.events for request in event.requests]
    spoken = [line for line in call.lines if line.who not in hosts]
    written = [request for who, request in requests if who not in hosts]
    briefs = [
        request.payload.splitlines()
        for who, request in requests
        if who in hosts and request.http == "PUT"
    ]
    orders = [line for line in call.lines if line.who in hosts and "remind me" in line.say]

    assert len(spoken) >= 20
    assert len(written) >= 40
    assert sum(len(lines) for lines in briefs) >= 5
    assert len(orders) == len(call.expectations.tasks) == 1
    # Whatever can be refused to a guest must be: no answer is left open.
    for request in written:
        assert (request.answer is None) == (request.rpc is None and request.http is None)
