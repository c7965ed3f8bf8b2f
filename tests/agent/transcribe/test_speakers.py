"""Voices told apart by their sound."""

from itertools import permutations
from pathlib import Path

import pytest
import soundfile

from agent.speech_gate import Samples
from agent.transcribe.speakers import VoiceSorter
from agent.transcribe.voice_print import VoicePrint
from lab.voices import read_index
from tests.agent.speech import silence

pytestmark = pytest.mark.unit


def lines_of(call: str) -> list[tuple[str, Samples]]:
    """The lines of a lab's call, with who says them."""
    folder = Path("lab/calls") / call
    found = []
    for line in read_index(folder).lines:
        samples, _ = soundfile.read(folder / line.file, dtype="int16")
        found.append((line.file.removesuffix(".flac").split("-")[1], samples))
    return found


def sort(stretches: list[Samples]) -> list[int]:
    sorter = VoiceSorter()
    for number, samples in enumerate(stretches):
        sorter.push(number, VoicePrint.of(samples))
    of_stretch = sorter.finish()
    return [of_stretch[number] for number in range(len(stretches))]


def wrong(who: list[str], found: list[int]) -> int:
    """How many are given to another speaker, with the best naming."""
    names = sorted(set(who))
    labels = sorted(set(found) | set(range(1, len(names) + 1)))
    return min(
        sum(naming[names.index(name)] != label for name, label in zip(who, found, strict=True))
        for naming in permutations(labels, len(names))
    )


@pytest.mark.parametrize(("call", "people", "most_wrong"), [("sales", 2, 0), ("interview", 2, 0)])
def test_two_who_talk_are_told_apart(call: str, people: int, most_wrong: int) -> None:
    lines = lines_of(call)
    found = sort([samples for _, samples in lines])
    assert len(set(found)) == people
    assert wrong([who for who, _ in lines], found) <= most_wrong


def test_one_voice_is_one_speaker() -> None:
    ana = [samples for who, samples in lines_of("sales") if who == "ana"]
    assert set(sort(ana)) == {1}


def test_speakers_are_numbered_as_they_begin_to_speak() -> None:
    lines = lines_of("sales")
    found = sort([samples for _, samples in lines])
    assert found[0] == 1
    assert found[1] == 2


def test_the_same_stretches_give_the_same_speakers() -> None:
    stretches = [samples for _, samples in lines_of("standup")]
    assert sort(stretches) == sort(stretches)


def test_hours_of_talk_are_sorted_in_bounded_memory() -> None:
    lines = lines_of("sales")
    sorter = VoiceSorter()
    prints = [(who, VoicePrint.of(samples)) for who, samples in lines]
    for number in range(1600):
        sorter.push(number, prints[number % len(prints)][1])
        assert len(sorter._new) < 64
        assert len(sorter._voices) < 20
    of_stretch = sorter.finish()
    who = [prints[number % len(prints)][0] for number in range(1600)]
    assert wrong(who, [of_stretch[number] for number in range(1600)]) == 0


def test_silence_and_hardly_a_sound_get_some_speaker_and_found_none() -> None:
    lines = [samples for _, samples in lines_of("sales")]
    found = sort([silence(0.01), silence(0.5), lines[0], lines[1], lines[0][:4000]])
    assert set(found[2:4]) == {1, 2} or set(found) <= {1, 2}
    assert sort([silence(0.02)]) == [1]
    assert sort([]) == []
