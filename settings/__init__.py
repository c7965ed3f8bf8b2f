"""Settings that more than one part reads: how to reach media server and store, who hears."""

from settings.advice import AdviceSettings
from settings.base import (
    LiveKitSettings,
    SettingsError,
    StoreSettings,
    is_loopback,
    load_settings,
)
from settings.commands import CommandSettings
from settings.costs import CostSettings
from settings.speech import SpeechSettings
from settings.voice import VoiceSettings

__all__ = [
    "AdviceSettings",
    "CommandSettings",
    "CostSettings",
    "LiveKitSettings",
    "SettingsError",
    "SpeechSettings",
    "StoreSettings",
    "VoiceSettings",
    "is_loopback",
    "load_settings",
]
