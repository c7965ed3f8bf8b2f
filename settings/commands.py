"""How hosts speak to Sidenote, and which clock they mean."""

from datetime import tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from tzlocal import get_localzone


def _zone_name(text: str) -> str:
    try:
        ZoneInfo(text or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone like Europe/Vienna") from None
    return text


class CommandSettings(BaseSettings):
    """The wake word, and the time zone of dates that are spoken."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    voice_commands: bool = True
    """Whether what a host says after the wake word is a command."""
    wake_word: Annotated[
        str, Field(max_length=40, pattern=r"^[A-Za-z]{3,}( [A-Za-z]{2,}){0,2}$")
    ] = "Sidenote"
    """A host's sentence that begins with it is a command; one to three words."""
    time_zone: Annotated[str, AfterValidator(_zone_name)] = ""
    """Where "tomorrow at three" is meant, as in Europe/Vienna; empty: where this machine is."""

    @property
    def zone(self) -> tzinfo:
        """The time zone of spoken dates."""
        return ZoneInfo(self.time_zone) if self.time_zone else get_localzone()
