"""Settings that more than one part reads: how to reach media server and store, who hears."""

from settings.base import (
    LiveKitSettings,
    SettingsError,
    StoreSettings,
    is_loopback,
    load_settings,
)
from settings.speech import SpeechSettings

__all__ = [
    "LiveKitSettings",
    "SettingsError",
    "SpeechSettings",
    "StoreSettings",
    "is_loopback",
    "load_settings",
]
