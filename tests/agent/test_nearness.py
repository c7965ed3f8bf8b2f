"""Who is at the microphone and who talks behind them, with the lab's lines and its babble."""

from dataclasses import dataclass

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
from lab.noise import at_level, generated
from lab.sound import as_samples, speech_dbfs
from tests.agent.scripted_voice import scripted_gate
from tests.agent.speech import SpokenLine, read_line, silence

pytestmark = pytest.mark.unit

LINES = [read_line(number) for number in (2, 8, 13)]
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

    def over_babble(self, below_db: float, seed: int) -> "Play":
        """With eight people who talk behind the microphone from beginning to end."""
        beds = generated("babble", 20 * SAMPLE_RATE_HZ, seed, [line.samples for line in LINES])
        levels = [speech_dbfs(line.samples) for line in LINES]
        level = float(np.mean([one for one in levels if one is not None])) - below_db
        bed = np.resize(at_level(beds, level), len(self.samples))
        return Play(as_samples(self.samples + bed), self.spoken)


def segments(events: list[GateEvent]) -> list[tuple[float, float]]:
    """From where to where each segment's audio goes."""
    found: list[tuple[float, float]] = []
    for event in events:
        if isinstance(event, SpeechStart):
            found.append((event.at_seconds, event.at_seconds))
        elif isinstance(event, SpeechEnd):
            found[-1] = (found[-1][0], event.at_seconds)
    return found


def judge(play: Play) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the segments with nothing of the person's in them, and the lines that lack words.

    A line lacks words if a segment of it begins later, or its last one ends sooner, than when
    nobody is taken for background.
    """
    gate = SpeechGate()
    found = segments(gate.push(play.samples) + gate.flush())
    whole = segments(scripted_gate(None, VAD()).push(play.samples))
    assert gate.passed_seconds + gate.silent_seconds == len(play.samples) / SAMPLE_RATE_HZ

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


@pytest.mark.parametrize("gain_db", [0.0, -12.0, -20.0, -30.0])
def test_a_soft_voice_in_a_quiet_room_is_heard(gain_db: float) -> None:
    assert judge(Play.of(LINES, gain_db=gain_db)) == ([], [])


@pytest.mark.parametrize("gain_db", [-12.0, -20.0])
def test_who_leans_back_in_a_room_with_a_fan_is_heard_from_the_first_word(gain_db: float) -> None:
    near, far = Play.of(LINES), Play.of(LINES, gain_db=gain_db)
    seconds = len(near.samples) / SAMPLE_RATE_HZ
    spoken = near.spoken + [(first + seconds, last + seconds) for first, last in far.spoken]
    both = np.concatenate((near.samples, far.samples))
    fan = np.resize(at_level(generated("pink", 320_000, 1, []), -60.0), len(both))
    assert judge(Play(as_samples(both + fan), spoken)) == ([], [])


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
