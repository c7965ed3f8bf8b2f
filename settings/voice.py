"""What speaks aloud in a call."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class VoiceSettings(BaseSettings):
    """Who reads answers to everyone when a host asks for it."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    voice: Literal["auto", "elevenlabs", "flite", "off"] = "auto"
    """auto: ElevenLabs with ELEVENLABS_API_KEY, and flite on this machine without or when it
    fails."""
    voice_elevenlabs_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")] = (
        "21m00Tcm4TlvDq8ikWAM"
    )
    """Voice of ElevenLabs, by its id; this one (Rachel) is a ready-made one of theirs."""
    voice_elevenlabs_model: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")] = (
        "eleven_flash_v2_5"
    )
    """Its model."""
    voice_flite: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")] = "slt"
    """A voice that `flite -lv` lists."""
