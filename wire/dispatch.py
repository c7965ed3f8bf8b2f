"""What the token server tells the agent when it dispatches it into a room."""

from pydantic import BaseModel, ConfigDict, Field

from wire.consent import ConsentPolicy
from wire.topics import PROTOCOL_VERSION


class DispatchMetadata(BaseModel):
    """The metadata of an agent dispatch; only a holder of the server's secret can write it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    playbook: str | None = Field(default=None, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Name of a playbook file without its ending; None: the worker's own setting decides."""
    consent: ConsentPolicy | None = None
    """What counts for who has not answered; None: the worker's own setting decides."""
    upload: str | None = Field(default=None, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")
    """Meeting of the recording that is to be transcribed; None: the dispatch is for a call."""
