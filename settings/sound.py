"""How the sound of calls is recorded."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class SoundSettings(BaseSettings):
    """Who records, and where a recording grows."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    sound: Literal["agent", "egress"] = "agent"
    """agent: the worker keeps what it hears anyway. egress: the media server's egress service,
    which LiveKit Cloud has, and which writes into the object store of FILES_URL itself."""
    sound_folder: Path = Path("data/sound")
    """Where parts of recordings grow on a worker's machine, until they go where FILES_URL says."""
