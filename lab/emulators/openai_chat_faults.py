"""Faults that the emulator of chat completions plays by script, and what it notes of requests."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FaultKind = Literal[
    "none",
    "status",
    "slow",
    "hang",
    "refuse",
    "pause",
    "cut",
    "error_event",
    "bad_event",
    "web_page",
    "refusal",
    "filter",
    "length",
    "invalid_json",
    "empty_choices",
    "silent",
    "text",
    "fields",
    "leak",
    "gullible",
    "invents",
    "misses",
    "careless",
]
"""none: an honest answer. status: answered with `status`. slow: the first byte `seconds` late.
hang: no first byte ever. refuse: the connection breaks before an answer. pause: goes silent behind
`events` pieces for `seconds`, or for ever. cut: the connection breaks behind `events` pieces.
error_event: an error event behind `events` pieces. bad_event: an event that is not JSON. web_page:
a page instead of a stream. refusal: the model refuses. filter: ended by the content filter.
length: ended by the limit on tokens, half written. invalid_json: half of the JSON, and an end as
if it were whole. empty_choices: all events without choices. silent: an end without a word. text:
`text` instead of the answer. fields: the honest answer with `fields` put over it. leak: the last
field of the answer repeats the system message. gullible: the model obeys whoever speaks. invents,
misses, careless: it writes bad minutes, see `openai_chat_scribes`."""


class Fault(BaseModel):
    """What goes wrong with one request; each request takes the next fault that is for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: FaultKind = "status"
    model: str | None = None
    """Only requests to this model; None: any."""
    purpose: str | None = None
    """Only requests whose schema has this name; None: any."""
    status: Annotated[int, Field(ge=300, le=599)] = 500
    code: str | None = None
    """`error.code` of the status or the error event."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Of the status: {"retry-after": "2"}."""
    seconds: Annotated[float, Field(ge=0)] | None = None
    """With `pause` None: for ever."""
    events: Annotated[int, Field(ge=0)] = 4
    text: str = ""
    fields: dict[str, Any] = Field(default_factory=dict)
    times: Annotated[int, Field(ge=1)] | None = 1
    """How often; None: every time from here on."""


FAULT_LIST: Final = TypeAdapter(list[Fault])


@dataclass(slots=True)
class SeenRequest:
    """One request, as far as it is worth knowing."""

    at_seconds: float
    """On the loop's clock."""
    model: str
    purpose: str
    """Name of the schema; empty without one."""
    form: str
    """strict_schema, schema, json_object or text."""
    size_bytes: int
    body: dict[str, Any]
    headers: dict[str, str]
    """Without the key."""
    status: int = 0
    """What was answered; 0: nothing yet, or the connection was broken."""
    fault: FaultKind = "none"
    """What was played."""
    pieces_at: list[float] = field(default_factory=list)
    """When each piece of the answer was written, on the loop's clock."""
    cut: bool = False
    """Whether the client left, or the stream was broken, before its end."""


@dataclass
class Record:
    """What the emulator received."""

    requests: list[SeenRequest] = field(default_factory=list)
    """The newest ones: see `MOST_KEPT`."""
    in_flight: int = 0
    most_in_flight: int = 0
    probes: int = 0
    """Requests for the list of models."""

    def limited_in_a_row(self) -> int:
        """Return how often a refusal for the rate followed another of the same model."""
        last: dict[str, int] = {}
        count = 0
        for seen in self.requests:
            count += last.get(seen.model) == seen.status == 429
            last[seen.model] = seen.status
        return count


MOST_KEPT: Final = 2000
