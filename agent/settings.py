"""The worker's settings, read once per process from the environment and `.env`."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from settings import (
    AdviceSettings,
    CommandSettings,
    CostSettings,
    FileSettings,
    LiveKitSettings,
    MinutesSettings,
    SoundSettings,
    SpeechSettings,
    StoreSettings,
    VoiceSettings,
)
from wire.consent import ConsentPolicy


class AgentSettings(
    LiveKitSettings,
    StoreSettings,
    SpeechSettings,
    AdviceSettings,
    CommandSettings,
    CostSettings,
    VoiceSettings,
    MinutesSettings,
    FileSettings,
    SoundSettings,
):
    """What the worker needs to know."""

    playbook: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")] = "sales"
    """Playbook of calls whose room names none: a file of `playbook_folder` without its ending."""
    playbook_folder: Path = Path("playbooks")
    """Where playbooks are."""
    window_seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0
    """How much of the transcript a model reads."""
    leave_after_seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """How long the agent stays when the last person has left: a page that reloads is gone for
    a moment. Must be shorter than the media server's departure timeout to matter."""

    advice_cooldown_seconds: Annotated[float, Field(ge=0, le=3600)] = 8.0
    """How long a model says nothing new unasked after a talking point of any source. Rules have
    cooldowns of their own, in the playbook."""
    advice_most_in_ten_minutes: Annotated[int, Field(ge=1, le=1000)] = 30
    """Talking points of all sources; with more, the hosts are spared the newest."""
    advice_expire_seconds: Annotated[float, Field(gt=0, le=86_400)] = 180.0
    """How long a talking point stays on the screen, unless a host pins it."""

    consent_policy: ConsentPolicy = "notice"
    """Who is transcribed in calls whose rooms do not say: notice, everybody who does not object;
    ask, only who has said yes; off, nobody."""

    agent_max_calls: Annotated[int, Field(ge=1, le=1000)] = 20
    """Calls that this worker takes at once; more go to another worker."""
    agent_idle_processes: Annotated[int, Field(ge=0, le=64)] = 1
    """Processes kept ready for the next call."""
    agent_drain_seconds: Annotated[int, Field(ge=0)] = 60
    """How long running calls may go on after a first signal to stop."""
    agent_http_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port of the worker's own health page on loopback; 0: any free one."""
    recognizer_processes: Annotated[int, Field(ge=0, le=64)] = 0
    """Processes for the local recognizer in each call; 0: one for each core."""
