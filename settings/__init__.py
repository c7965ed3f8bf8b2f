"""Settings that more than one part reads: how to reach the media server and the store."""

from settings.base import (
    LiveKitSettings,
    SettingsError,
    StoreSettings,
    is_loopback,
    load_settings,
)

__all__ = ["LiveKitSettings", "SettingsError", "StoreSettings", "is_loopback", "load_settings"]
