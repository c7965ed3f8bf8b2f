"""How often a talk on one microphone is given to the wrong speaker: the diarization error rate.

Scored in steps of 10 ms with a collar of 250 ms around the beginning and the end of each turn, as
NIST does (md-eval): speech that nobody was found for, sound that was taken for speech, and speech
of another speaker, each as a share of the speech.
"""

import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.transcribe.speakers import VoiceSorter
from agent.transcribe.stretches import Stretches
from agent.transcribe.voice_print import VoicePrint
from benchmarks.made_talk import Talk, Turn, make_talk, write_talk

_CALLS: Final = ("sales", "interview", "standup", "cohost")
_STEP_SECONDS: Final = 0.01
_COLLAR_SECONDS: Final = 0.25
_HOURS: Final = 6 * 3600.0

Labels = NDArray[np.int64]
"""Who speaks in each step; 0: nobody."""


def run() -> dict[str, Any]:
    """Return the error rates by call and kind of file, and print them."""
    figures: dict[str, Any] = {}
    for call in _CALLS:
        talk = make_talk(call, least_seconds=120)
        for kind in ("flac", "mp3"):
            figures[f"{call} {kind}"] = measured = _measure(talk, kind)
            print(
                f"  {call:<10} {kind:<5} {measured['people']} people, {measured['found']} found, "
                f"error rate {measured['error_rate']:.1%} (missed {measured['missed']:.1%}, "
                f"false {measured['false_alarm']:.1%}, another's {measured['confused']:.1%})"
            )
    return figures


def _measure(talk: Talk, kind: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"talk.{kind}"
        write_talk(talk, path)
        found = list(_diarize(path))
    people = {turn.who for turn in talk.turns}
    return {
        "people": len(people),
        "found": len({turn.who for turn in found}),
        **score(talk.turns, found, talk.seconds),
    }


def _diarize(path: Path) -> list[Turn]:
    sorter = VoiceSorter()
    stretches = [one for one in Stretches(path, most_seconds=_HOURS).read() if one]
    for one in stretches:
        sorter.push(one.number, VoicePrint.of(one.samples))
    speakers = sorter.finish()
    return [
        Turn(str(speakers[one.number]), one.start_seconds, one.end_seconds) for one in stretches
    ]


def score(said: tuple[Turn, ...], found: list[Turn], seconds: float) -> dict[str, float]:
    """Return the error rate and its parts, with the best naming of those who were found."""
    steps = round(seconds / _STEP_SECONDS)
    truth, names = _labels(said, steps)
    heard, others = _labels(found, steps)
    counted = np.ones(steps, bool)
    for turn in said:
        for edge in (turn.start_seconds, turn.end_seconds):
            counted[_step(edge - _COLLAR_SECONDS) : _step(edge + _COLLAR_SECONDS)] = False
    truth, heard = truth[counted], heard[counted]
    speech = max(1, int(np.count_nonzero(truth)))
    both = (truth > 0) & (heard > 0)
    right = _agreement(truth[both], heard[both], len(names), len(others))
    parts: dict[str, float] = {
        "missed": int(np.count_nonzero((truth > 0) & (heard == 0))) / speech,
        "false_alarm": int(np.count_nonzero((truth == 0) & (heard > 0))) / speech,
        "confused": (int(np.count_nonzero(both)) - right) / speech,
    }
    return {"error_rate": round(sum(parts.values()), 4)} | {
        name: round(share, 4) for name, share in parts.items()
    }


def _labels(turns: tuple[Turn, ...] | list[Turn], steps: int) -> tuple[Labels, list[str]]:
    names = sorted({turn.who for turn in turns})
    labels = np.zeros(steps, np.int64)
    for turn in turns:
        labels[_step(turn.start_seconds) : _step(turn.end_seconds)] = 1 + names.index(turn.who)
    return labels, names


def _step(seconds: float) -> int:
    return max(0, round(seconds / _STEP_SECONDS))


def _agreement(truth: Labels, heard: Labels, people: int, found: int) -> int:
    """Return in how many steps both say the same, with the naming that is best."""
    together = np.zeros((people, max(people, found)), np.int64)
    np.add.at(together, (truth - 1, heard - 1), 1)
    # Some are found that are not there: most of those take no part in the best naming.
    best = sorted(range(together.shape[1]), key=lambda one: -together[:, one].sum())[: people + 2]
    return max(
        sum(int(together[person, one]) for person, one in enumerate(naming))
        for naming in permutations(best, people)
    )
