"""What happens in a call beside the speech: who comes, what breaks, what is asked in writing."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from lab.call_parts import LineNumber, Name, Number, Part, Text, UnfitError, one_of

Action = Literal[
    "join",
    "leave",
    "hang_up",
    "mute",
    "unmute",
    "reconnect",
    "reload",
    "republish",
    "network",
    "kill_worker",
    "kill_job",
    "kill_token_server",
    "kill_media_server",
    "kill_store",
    "stop_worker",
    "stop_media_server",
    "start_media_server",
    "stop_provider",
    "start_provider",
    "request",
]
AGENT_ENDING: Final[frozenset[Action]] = frozenset({"kill_worker", "kill_job", "stop_worker"})
"""Actions after which another agent must come."""
OUTAGES: Final[frozenset[Action]] = AGENT_ENDING | {
    "kill_token_server",
    "kill_media_server",
    "kill_store",
}
"""Actions that a call must survive: the part is there again as soon as it can be."""
SERVER_ACTIONS: Final = OUTAGES | {"stop_media_server", "start_media_server"}
"""Actions that befall a part of the stack, not a participant."""
PROVIDER_ACTIONS: Final = frozenset({"stop_provider", "start_provider"})
"""Actions that befall the provider of a suite's variant."""


class Request(Part):
    """One thing that a participant's program sends: to the agent, to the room, to the server."""

    model_config = ConfigDict(json_schema_extra=one_of("rpc", "topic", "stream", "http"))

    rpc: Text | None = None
    """A method of the agent, without its `sidenote.`"""
    topic: Text | None = None
    """Or a data message to everybody, under this topic."""
    stream: Text | None = None
    """Or a text stream to everybody, under this topic."""
    http: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    """Or a request to the token server, with the invitation of who asks."""
    path: Annotated[str, Field(pattern="^/")] | None = None
    """http: where to."""
    payload: Any = ""
    """A text as it is, anything else as JSON. $room, $task and $point, also in a path, stand for
    the room's name and the newest ids that a host has seen."""
    pad_to: Annotated[int, Field(strict=True, ge=1, le=4_000_000)] | None = None
    """The payload repeated to so many characters."""
    answer: Annotated[int, Field(strict=True, ge=0)] | None = None
    """http: the status that must come. rpc: the error's code, 0 if it is done. None: any."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        kinds = (self.rpc, self.topic, self.stream, self.http)
        if sum(kind is not None for kind in kinds) != 1:
            reason = "a request has one of rpc, topic, stream and http"
            raise UnfitError(reason, "Write exactly one of them")
        if (self.path is None) != (self.http is None):
            raise UnfitError("http and path go together", "Write both of them")
        if self.answer is not None and self.rpc is None and self.http is None:
            raise UnfitError("a message has no answer", "Remove answer", "answer")
        return self

    @property
    def label(self) -> str:
        """What a report calls it."""
        if self.http is not None:
            return f"{self.http} {self.path}"
        return self.rpc or self.topic or self.stream or ""


class Event(Part):
    """Something that happens in the call, beside what is said."""

    model_config = ConfigDict(json_schema_extra=one_of("at", "with_line", "after_line"))

    do: Action
    """join: comes (again, under the same identity). leave: says good-bye to the server. hang_up:
    is gone at once. mute, unmute: the microphone. reconnect: loses the server and resumes.
    reload: as a browser's page that is loaded again, without a good-bye. republish: a new
    microphone track in place of the old. network: loses or delays packets. kill_worker: the
    worker's process ends and a new one starts. kill_job: the process of this call ends.
    kill_token_server, kill_media_server, kill_store: likewise, and started again at once.
    stop_worker: the worker of this call is asked to end, and started again. stop_media_server,
    start_media_server: also for everybody else. stop_provider, start_provider: the emulated
    service that hears; in suites only. request: asks for something in writing."""
    who: Name | None = None
    """Identity; None for what befalls the servers."""
    at: Annotated[Number, Field(ge=0)] | None = None
    """Seconds from the start of the call."""
    with_line: LineNumber | None = None
    """Or when this line begins."""
    after_line: LineNumber | None = None
    """Or right after the last word of this line."""
    offset_seconds: Number = 0.0
    """Later than with_line or after_line by so much; earlier when negative."""
    loss_percent: Annotated[Number, Field(ge=0, le=100)] | None = None
    """network: packets lost."""
    delay_ms: Annotated[Number, Field(ge=0, le=10_000)] | None = None
    """network: how much later packets arrive."""
    seconds: Annotated[Number, Field(gt=0)] | None = None
    """network: for how long; None: until the call ends."""
    requests: tuple[Request, ...] = ()
    """request: what is asked for, one after the other."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        times = [self.at, self.with_line, self.after_line]
        if sum(time is not None for time in times) != 1:
            reason = "an event has one of at, with_line and after_line"
            raise UnfitError(reason, "Write exactly one of them")
        if self.at is not None and self.offset_seconds:
            remedy = "Add the two up in at, or use with_line or after_line"
            raise UnfitError("at has no offset_seconds", remedy, "offset_seconds")
        befalls_nobody = self.do in SERVER_ACTIONS | PROVIDER_ACTIONS
        if befalls_nobody and self.who is not None:
            reason = f"{self.do} befalls a server, nobody in the call"
            raise UnfitError(reason, "Remove who", "who")
        if not befalls_nobody and self.who is None:
            raise UnfitError(f"{self.do} needs somebody", "Add who: with an identity")
        self._check_network()
        if (self.do == "request") != bool(self.requests):
            raise UnfitError("do: request and requests go together", "Write both of them")
        return self

    def _check_network(self) -> None:
        if self.do == "network":
            if self.loss_percent is None and self.delay_ms is None:
                remedy = "Add loss_percent: or delay_ms:, 0 to mend it"
                raise UnfitError("network needs what is wrong with it", remedy)
            return
        for field in ("loss_percent", "delay_ms", "seconds"):
            if getattr(self, field) is not None:
                reason = f"only network has {field}"
                raise UnfitError(reason, f"Remove {field}, or write do: network", field)
