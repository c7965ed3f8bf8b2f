"""How large and how long a recording may be that somebody uploads."""

from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_GIB: Final = 1 << 30


class UploadSettings(BaseSettings):
    """The limits of recordings; token server and worker should share them."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    upload_max_bytes: Annotated[int, Field(gt=0)] = 2 * _GIB
    """Bytes of a recording, at most."""
    upload_max_seconds: Annotated[float, Field(gt=0)] = 6 * 3600.0
    """Length of a recording in seconds, at most."""
