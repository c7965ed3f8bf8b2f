"""The library's model of where a turn ends, as an option that is off.

It is asked once in each pause. It told turn ends no better than silence and punctuation do, costs
every process 250 MB, and 25 ms of the event loop for each pause of each speaker.
"""

import importlib
from collections import deque
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from agent.gate_settings import GateSettings
from settings import SettingsError
from settings.speech import SpeechSettings

_LONGEST_SECONDS: Final = 1.2
_MODULE: Final = "livekit.local_inference"
_REMEDY: Final = (
    "type: pip install --upgrade livekit-local-inference; or set TURN_END=silence in .env"
)


class TurnEnd(Protocol):
    """Tells how likely somebody has said all they wanted to say."""

    def predict(self, pcm: NDArray[np.int16], /) -> float:
        """Return the probability, from up to the last 1.2 s of mono audio at 16 kHz."""


class Pauses:
    """Asks the model in each pause of one track how long it may be."""

    def __init__(self, model: TurnEnd, settings: GateSettings, window_seconds: float) -> None:
        self._model = model
        self._settings = settings
        self._ask_windows = int(settings.sentence_silence_seconds / window_seconds)
        """So much silence it is asked after: just before the shortest that ends a segment."""
        windows = int(_LONGEST_SECONDS / window_seconds)
        self._newest: deque[NDArray[np.int16]] = deque(maxlen=windows)

    def hear(self, window: NDArray[np.int16], silent_windows: int) -> float | None:
        """Take a window of a segment and how much silence there was up to its end.

        Returns:
            The seconds of silence that end the segment now; None: as before.
        """
        self._newest.append(window)
        if silent_windows != self._ask_windows:
            return None
        return self._settings.silence_when(self._model.predict(np.concatenate(self._newest)))


def load_turn_end(settings: SpeechSettings) -> TurnEnd | None:
    """Return the model, loaded (it takes 0.2 s), or None: silence alone ends a turn.

    Raises:
        SettingsError: as `check_turn_end`, or the model cannot be loaded.
    """
    if settings.turn_end != "model":
        return None
    model = _find_model()
    try:
        loaded: TurnEnd = model()
    except Exception as error:  # noqa: BLE001 - native code: whatever it raises, it is not there
        raise SettingsError(
            f"TURN_END=model: the model cannot be loaded ({type(error).__name__}); {_REMEDY}"
        ) from None
    return loaded


def check_turn_end(settings: SpeechSettings) -> None:
    """Find out at the start what would fail in the first call.

    Raises:
        SettingsError: the package that has the model is missing.
    """
    if settings.turn_end == "model":
        _find_model()


def _find_model() -> Any:
    try:
        return importlib.import_module(_MODULE).EOT
    except (ImportError, AttributeError):
        raise SettingsError(
            f"TURN_END=model needs a package with the model, and it is not installed; {_REMEDY}"
        ) from None
