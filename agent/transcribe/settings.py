"""What transcribing a recording needs to know; nothing of a media server."""

from typing import Annotated

from pydantic import Field

from settings import CostSettings, FileSettings, SpeechSettings, StoreSettings, UploadSettings


class TranscribeSettings(StoreSettings, SpeechSettings, CostSettings, UploadSettings, FileSettings):
    """Where recordings and finals are, who hears, and what may be spent."""

    recognizer_processes: Annotated[int, Field(ge=0, le=64)] = 0
    """Processes for the local recognizer; 0: one for each core."""
