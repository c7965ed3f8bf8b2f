"""Who is at the microphone and who talks behind them, with the lab's lines and its noises."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from livekit.local_inference import VAD

from agent.speech_gate import (
    SAMPLE_RATE_HZ,
    GateEvent,
    Samples,
    SpeechAudio,
    SpeechEnd,
    SpeechGate,
    SpeechStart,
)
from lab.call_file import NoiseKind, load_call
from lab.noise import microphone_noise
from lab.sound import as_samples, speech_dbfs
from lab.voices import read_index, voices_folder
from tests.agent.scripted_voice import scripted_gate
from tests.agent.speech import SpokenLine, read_line, silence, surroundings

pytestmark = pytest.mark.unit

LINES = [read_line(number) for number in (2, 8, 13)]
SPEECH_DBFS = float(np.mean([speech_dbfs(line.samples) or 0.0 for line in LINES]))
ALONE_SECONDS = 6.0
"""Nobody speaks before the first line."""
PAUSE_SECONDS = 4.0
TAIL_SECONDS = 0.15
"""So much goes with a segment behind its end, and the last sound fades."""


@dataclass(frozen=True)
class Play:
    """What a microphone hears, and when its person speaks."""

    samples: Samples
    spoken: list[tuple[float, float]]

    @classmethod
    def of(cls, lines: list[SpokenLine], *, gain_db: float = 0.0) -> "Play":
        parts, at = [silence(ALONE_SECONDS)], ALONE_SECONDS
        spoken: list[tuple[float, float]] = []
        for line in lines:
            spoken.append((at + line.words_start_seconds, at + line.words_end_seconds))
            parts += [line.samples, silence(PAUSE_SECONDS)]
            at += line.seconds + PAUSE_SECONDS
        quieter = np.concatenate(parts).astype(np.float64) * 10 ** (gain_db / 20)
        return cls(as_samples(quieter), spoken)

    def over(self, bed: Samples) -> "Play":
        return Play(as_samples(self.samples.astype(np.float64) + bed), self.spoken)

    def over_babble(self, below_db: float, seed: int) -> "Play":
        """With eight people who talk behind the microphone from beginning to end."""
        seconds = len(self.samples) / SAMPLE_RATE_HZ
        return self.over(surroundings("babble", SPEECH_DBFS - below_db, seconds, seed))


def segments(events: list[GateEvent]) -> list[tuple[float, float]]:
    """From where to where each segment's audio goes."""
    found: list[tuple[float, float]] = []
    for event in events:
        if isinstance(event, SpeechStart):
            found.append((event.at_seconds, event.at_seconds))
        elif isinstance(event, SpeechEnd):
            found[-1] = (found[-1][0], event.at_seconds)
    return found


def ends(gate: SpeechGate, samples: Samples) -> list[tuple[float, float, bool]]:
    """From where to where each segment goes, and whether it turned out to be the room."""
    events = gate.push(samples) + gate.flush()
    were_room = [event.was_room for event in events if isinstance(event, SpeechEnd)]
    return [(*each, was) for each, was in zip(segments(events), were_room, strict=True)]


def judge(play: Play) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the segments with nothing of the person's in them, and the lines that lack words.

    A line lacks words if a segment of it begins later, or its last one ends sooner, than when
    nobody is taken for background.
    """
    gate = SpeechGate()
    found = [(start, end) for start, end, was_room in ends(gate, play.samples) if not was_room]
    all_near = scripted_gate(None, VAD())
    whole = segments(all_near.push(play.samples) + all_near.flush())
    assert gate.passed_seconds + gate.silent_seconds == pytest.approx(
        len(play.samples) / SAMPLE_RATE_HZ
    )

    def of_line(
        candidates: list[tuple[float, float]], line: tuple[float, float]
    ) -> list[tuple[float, float]]:
        return [(start, end) for start, end in candidates if start < line[1] and end > line[0]]

    invented = [one for one in found if not any(of_line([one], line) for line in play.spoken)]
    lost = []
    for line in play.spoken:
        ours, all_of_it = of_line(found, line), of_line(whole, line)
        begins = max(line[0], all_of_it[0][0])
        if not ours or ours[0][0] > begins + 0.1 or ours[-1][1] < line[1] - TAIL_SECONDS:
            lost.append(line)
    return invented, lost


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("below_db", [14.0, 16.0, 20.0, 25.0])
def test_people_who_talk_behind_somebody_are_silent_and_the_person_is_heard(
    below_db: float, seed: int
) -> None:
    assert judge(Play.of(LINES).over_babble(below_db, seed)) == ([], [])


@pytest.mark.parametrize("seed", range(2))
def test_over_loud_babble_the_person_is_still_heard(seed: int) -> None:
    assert judge(Play.of(LINES).over_babble(10.0, seed))[1] == []


@pytest.mark.parametrize("kind", ["pink", "white", "hum"])
@pytest.mark.parametrize("below_db", [5.0, 7.0, 10.0])
def test_over_a_loud_steady_noise_every_word_is_heard(kind: NoiseKind, below_db: float) -> None:
    play = Play.of(LINES)
    noise = surroundings(kind, SPEECH_DBFS - below_db, len(play.samples) / SAMPLE_RATE_HZ)
    assert judge(play.over(noise))[1] == []


@pytest.mark.parametrize("gain_db", [0.0, -12.0, -20.0, -30.0])
def test_a_soft_voice_in_a_quiet_room_is_heard(gain_db: float) -> None:
    assert judge(Play.of(LINES, gain_db=gain_db)) == ([], [])


@pytest.mark.parametrize("gain_db", [-12.0, -20.0])
def test_who_leans_back_in_a_room_with_a_fan_is_heard_from_the_first_word(gain_db: float) -> None:
    near, far = Play.of(LINES), Play.of(LINES, gain_db=gain_db)
    seconds = len(near.samples) / SAMPLE_RATE_HZ
    spoken = near.spoken + [(first + seconds, last + seconds) for first, last in far.spoken]
    both = np.concatenate((near.samples, far.samples))
    assert judge(Play(both, spoken).over(surroundings("pink", -60.0, 2 * seconds))) == ([], [])


def test_who_joins_in_mid_sentence_is_heard() -> None:
    line = LINES[2]
    for cut_seconds in (0.3, 0.6, 1.0):
        cut = line.samples[round((line.words_start_seconds + cut_seconds) * SAMPLE_RATE_HZ) :]
        gate = SpeechGate()
        events = gate.push(np.concatenate((cut, silence(1.0)))) + gate.flush()
        passed = sum(
            len(event.samples) for event in events if isinstance(event, SpeechStart | SpeechAudio)
        )
        assert passed >= 0.9 * len(cut) - 0.3 * SAMPLE_RATE_HZ


def passed_in(gate: SpeechGate, *parts: Samples) -> float:
    """How many seconds of what is heard now go on to a recognizer."""
    before = gate.passed_seconds
    gate.push(np.concatenate(parts))
    return gate.passed_seconds - before


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dbfs", [-30.0, -40.0])
def test_a_room_that_becomes_loud_around_somebody_silent_is_soon_silent_again(
    dbfs: float, seed: int
) -> None:
    gate = SpeechGate()
    babble = surroundings("babble", dbfs, 50.0, seed)
    passed_in(gate, surroundings("white", -65.0, 20.0), babble[: 10 * SAMPLE_RATE_HZ])
    assert passed_in(gate, babble[10 * SAMPLE_RATE_HZ :]) == 0


@pytest.mark.parametrize("dbfs", [-25.0, -35.0])
def test_a_room_that_becomes_loud_is_hardly_ever_taken_for_words(dbfs: float) -> None:
    opened, with_text = 0, 0
    for seed in range(8):
        gate = SpeechGate()
        gate.push(surroundings("white", -65.0, 20.0))
        found = ends(gate, surroundings("babble", dbfs, 30.0, seed))
        opened += bool(found)
        with_text += not all(was_room for _, _, was_room in found)
    assert opened >= 6
    # One whose speech is noticed late, when the room has been loud for half a second.
    assert with_text <= 1


@pytest.mark.parametrize("from_seconds", [0, 1, 2, 9, 18])
def test_the_crowd_of_the_lab_is_known_before_its_first_segment_must_be_cut(
    from_seconds: int,
) -> None:
    # It is livelier than others: for 12 s from 0 and 1 s on no three seconds of it are even.
    path = Path("lab/calls/crowd.yaml")
    folder = voices_folder(path)
    crowd = microphone_noise(load_call(path), "ben", read_index(folder), folder, at=9.0)
    assert crowd is not None
    gate = SpeechGate()
    gate.push(surroundings("pink", -65.0, 9.0))
    found = ends(gate, np.roll(crowd, -from_seconds * SAMPLE_RATE_HZ))
    assert found
    assert all(was_room for _, _, was_room in found)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("before_seconds", [-1.5, 0.3, 1.5])
@pytest.mark.parametrize("below_db", [5.0, 7.0, 10.0, 16.0])
def test_what_somebody_says_is_never_taken_for_the_room(
    below_db: float, before_seconds: float, seed: int
) -> None:
    quiet = Play.of(LINES)
    seconds = len(quiet.samples) / SAMPLE_RATE_HZ
    room = surroundings("babble", SPEECH_DBFS - below_db, seconds, seed)
    # It becomes loud just before somebody begins to speak, or while they do.
    loud_from = quiet.spoken[0][0] - before_seconds
    room[: round(loud_from * SAMPLE_RATE_HZ)] = 0
    play = quiet.over(room).over(surroundings("white", -65.0, seconds))
    assert_each_line_is_kept(play)


@pytest.mark.parametrize("kind", ["pink", "white", "hum"])
@pytest.mark.parametrize("before_seconds", [0.6, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("from_a_mute", [True, False])
def test_what_somebody_says_over_a_new_noise_is_never_taken_for_the_room(
    kind: NoiseKind, before_seconds: float, from_a_mute: bool
) -> None:
    quiet = Play.of(LINES[1:2])
    seconds = len(quiet.samples) / SAMPLE_RATE_HZ
    noise = surroundings(kind, SPEECH_DBFS - 5.0, seconds)
    noise[: round((quiet.spoken[0][0] - before_seconds) * SAMPLE_RATE_HZ)] = 0
    play = quiet.over(noise)
    if not from_a_mute:
        play = play.over(surroundings("white", -65.0, seconds))
    assert_each_line_is_kept(play)


def assert_each_line_is_kept(play: Play) -> None:
    found = ends(SpeechGate(), play.samples)
    for first, last in play.spoken:
        of_line = [was_room for start, end, was_room in found if start < last and end > first]
        assert of_line
        assert not any(of_line)


@pytest.mark.parametrize("kind", ["pink", "white", "music"])
@pytest.mark.parametrize("below_db", [0.0, 5.0])
def test_words_are_kept_when_a_noise_begins_right_behind_them(
    kind: NoiseKind, below_db: float
) -> None:
    noise = surroundings(kind, SPEECH_DBFS - below_db, 30.0)
    gate = SpeechGate()
    gate.push(surroundings("white", -65.0, ALONE_SECONDS))
    spoken = LINES[0].samples[: round(LINES[0].words_end_seconds * SAMPLE_RATE_HZ)]
    (segment, *others) = ends(gate, np.concatenate((spoken, noise)))
    start, end, was_room = segment
    assert not was_room
    assert start - ALONE_SECONDS <= LINES[0].words_start_seconds + 0.1
    assert end - ALONE_SECONDS >= LINES[0].words_end_seconds - TAIL_SECONDS
    # It ends while the noise goes on: nobody waits for the text until it is over.
    assert end - ALONE_SECONDS < LINES[0].words_end_seconds + 5.0
    assert all(was for _, _, was in others)


@pytest.mark.parametrize("seed", range(4))
def test_a_mute_makes_nobody_forget_how_loud_the_room_is(seed: int) -> None:
    gate = SpeechGate()
    babble = surroundings("babble", -30.0, 60.0, seed)
    passed_in(gate, babble[: 20 * SAMPLE_RATE_HZ], silence(10.0))
    assert passed_in(gate, babble[20 * SAMPLE_RATE_HZ :]) == 0


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("below_db", [7.0, 10.0, 13.0, 16.0, 20.0])
def test_who_speaks_in_a_room_that_has_become_loud_is_heard(below_db: float, seed: int) -> None:
    quiet = Play.of(LINES)
    seconds = len(quiet.samples) / SAMPLE_RATE_HZ
    loud_from = quiet.spoken[0][1]  # with the end of the first line
    room = surroundings("babble", SPEECH_DBFS - below_db, seconds, seed)
    room[: round(loud_from * SAMPLE_RATE_HZ)] = 0
    assert judge(quiet.over(room))[1] == []


@pytest.mark.parametrize("dbfs", [-20.0, -35.0])
@pytest.mark.parametrize("seed", range(3))
def test_instruments_give_no_text(dbfs: float, seed: int) -> None:
    assert passed_in(SpeechGate(), surroundings("music", dbfs, 60.0, seed)) == 0


def test_over_music_every_word_is_heard() -> None:
    play = Play.of(LINES)
    music = surroundings("music", SPEECH_DBFS - 16.0, len(play.samples) / SAMPLE_RATE_HZ)
    assert judge(play.over(music)) == ([], [])
