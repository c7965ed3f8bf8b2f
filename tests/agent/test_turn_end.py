"""The library's end-of-turn model as an option: found or not, and what its word changes."""

import importlib
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.gate_settings import GateSettings
from agent.speech_gate import WINDOW_SECONDS
from agent.turn_end import Pauses, check_turn_end, load_turn_end
from settings import SettingsError
from settings.speech import SpeechSettings
from tests.agent.speech import read_line

pytestmark = pytest.mark.unit

SETTINGS = GateSettings()
WINDOW = 512


class Scripted:
    """Says how likely a turn has ended, and notes what it was asked about."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.asked: list[int] = []

    def predict(self, pcm: NDArray[np.int16], /) -> float:
        self.asked.append(len(pcm))
        return self.probability


def test_by_default_no_model_is_asked_for() -> None:
    assert load_turn_end(SpeechSettings()) is None


@pytest.mark.parametrize("missing", ["package", "model"])
def test_a_missing_package_is_named_with_the_line_to_type(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty: Any = None if missing == "package" else type(sys)("livekit.local_inference")
    monkeypatch.setitem(sys.modules, "livekit.local_inference", empty)
    settings = SpeechSettings(turn_end="model")
    for look in (check_turn_end, load_turn_end):
        with pytest.raises(SettingsError, match=r"pip install .*livekit-local-inference"):
            look(settings)


def test_a_model_that_cannot_be_loaded_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no weights")

    module = importlib.import_module("livekit.local_inference")
    monkeypatch.setattr(module, "EOT", broken)
    with pytest.raises(SettingsError, match="cannot be loaded"):
        load_turn_end(SpeechSettings(turn_end="model"))


@pytest.mark.parametrize(
    ("probability", "seconds"),
    [
        (SETTINGS.turn_end_probability, SETTINGS.sentence_silence_seconds),
        (0.1, SETTINGS.clause_silence_seconds),
    ],
)
def test_its_word_shortens_or_lengthens_a_pause_and_it_is_asked_once_in_each(
    probability: float, seconds: float
) -> None:
    model = Scripted(probability)
    pauses = Pauses(model, SETTINGS, WINDOW_SECONDS)
    window = np.zeros(WINDOW, np.int16)
    told = [pauses.hear(window, silent) for silent in (*[0] * 60, *range(1, 13), 0, *range(1, 7))]
    assert [one for one in told if one] == [seconds, seconds]
    assert told[60 + 4] == seconds  # before the shortest pause that ends a segment is over
    assert set(model.asked) == {37 * WINDOW}  # 1.2 s


def test_the_real_model_judges_real_speech() -> None:
    model = load_turn_end(SpeechSettings(turn_end="model"))
    assert model
    line = read_line(2)
    end = round(line.words_end_seconds * 16000)
    assert 0.0 <= model.predict(line.samples[end - 37 * WINDOW : end]) <= 1.0
