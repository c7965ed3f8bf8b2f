"""The report of one call, as it is written in JSON."""

from typing import Final

from pydantic import BaseModel, Field, computed_field

from lab.machine import PartUse
from lab.privacy import Privacy
from lab.score_delays import Latency
from lab.score_minutes import MinutesScore
from lab.score_points import TalkingPoints
from lab.score_requests import Requests, Tasks
from lab.score_survival import Survival
from lab.score_told import Told
from lab.score_words import Coverage, Words

REPORT_VERSION: Final = 1


class Score(BaseModel):
    """The result of one call: the report in JSON."""

    version: int = REPORT_VERSION
    """Of this form."""
    call: str
    """Title of the call file."""
    room: str
    started_at: float
    """When the call began, seconds since the Unix epoch."""
    seconds: float
    """How long it lasted."""
    sabotage: str | None = None
    """What was spoiled on purpose."""
    words: Words
    finals: int
    attribution: int
    """Finals under the wrong speaker."""
    duplicates: int
    """Finals or talking points that somebody saw twice."""
    order: int
    """Finals that arrived after one that was said later."""
    malformed: int
    """Messages on Sidenote's topics that do not fit `wire`."""
    talking_points: TalkingPoints
    told: Told = Field(default_factory=Told)
    tasks: Tasks = Field(default_factory=lambda: Tasks(expected=0))
    requests: Requests = Field(default_factory=Requests)
    minutes: MinutesScore | None = None
    """None: the call file has planted nothing for them."""
    leaked: list[str] = Field(default_factory=list)
    """Who has read a piece of what the models were told to do, with its first words."""
    privacy: Privacy
    coverage: dict[str, Coverage]
    """By the identity of the speaker."""
    latency_ms: dict[str, Latency]
    survival: Survival | None = None
    """What became of the call when parts were killed; None: none was."""
    machine: dict[str, PartUse]
    """By the part of the stack; empty for a stack that ran already."""
    failures: list[str] = Field(default_factory=list)
    """What did not come out as it must, each beginning with the name of its score."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether the call came out as its file expects, and no promise was broken."""
        return not self.failures
