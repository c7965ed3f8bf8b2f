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
from settings.files import FileSettings
from settings.minutes import MinutesSettings
from settings.sound import SoundSettings
from settings.speech import SpeechSettings
from settings.uploads import UploadSettings
from settings.voice import VoiceSettings

__all__ = [
    "AdviceSettings",
    "CommandSettings",
    "CostSettings",
    "FileSettings",
    "LiveKitSettings",
    "MinutesSettings",
    "SettingsError",
    "SoundSettings",
    "SpeechSettings",
    "StoreSettings",
    "UploadSettings",
    "VoiceSettings",
    "is_loopback",
    "load_settings",
]
