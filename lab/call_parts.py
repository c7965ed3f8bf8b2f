"""The parts of a call file: who takes part, what is said, what must come of it."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    Tag,
    model_validator,
)

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""Small letters, digits and single hyphens: it names files and identities."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
LineNumber = Annotated[int, Field(strict=True, ge=1)]
"""The number of a line, counted from 1."""

EVERYBODY: Final = "all"
"""In place of an identity: everyone in the call."""
NOBODY: Final = "nobody"
"""In place of an identity: no one is named."""


class UnfitError(ValueError):
    """Fields of one part that do not go together."""

    def __init__(self, reason: str, remedy: str, field: str | None = None) -> None:
        """Say why, what to do, and which field is to blame (None: the part)."""
        super().__init__(reason)
        self.remedy = remedy
        self.field = field


class Part(BaseModel):
    """A part of a call file: unknown fields are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def one_of(*fields: str) -> dict[str, Any]:
    """Say in the JSON Schema that exactly one of some fields is written."""
    return {"oneOf": [{"required": [field]} for field in fields]}


FliteVoice = Literal["slt", "rms", "awb", "kal16"]
"""A voice of flite: slt is a woman, rms a man, awb a Scot, kal16 a machine."""


class EspeakVoice(Part):
    """A voice of espeak-ng."""

    engine: Literal["espeak-ng"]
    """The second engine; flite needs no mapping, only the name of its voice."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9+_-]+$", max_length=40)]
    """A voice that `espeak-ng --voices` lists, with a variant behind a plus sign: en-us+f3."""
    speed: Annotated[int, Field(strict=True, ge=80, le=450)] = 150
    """Words per minute."""
    pitch: Annotated[int, Field(strict=True, ge=0, le=99)] = 50
    """From 0, low, to 99, high."""


def _engine(voice: Any) -> str:
    return "espeak-ng" if isinstance(voice, (dict, EspeakVoice)) else "flite"


Voice = Annotated[
    Annotated[FliteVoice, Tag("flite")] | Annotated[EspeakVoice, Tag("espeak-ng")],
    Discriminator(_engine),
]
"""A flite voice by its name, or an espeak-ng voice."""


class Participant(Part):
    """Someone in the call."""

    identity: Name
    """Who he is to the media server."""
    name: Text
    """What the others see."""
    role: Literal["host", "guest"]
    """Hosts see talking points, guests never do."""
    voice: Voice | None = None
    """Who speaks his lines; None: he listens only, or each of his lines has a `wav`."""
    joins: StrictBool = True
    """Whether he is there when the call begins; false: an event lets him join."""


class Line(Part):
    """One thing said."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["at", "after"]}})

    who: Name
    """Identity of the speaker."""
    at: Annotated[Number, Field(ge=0)] | None = None
    """Seconds from the start of the call; None: it follows the line before."""
    after: Number | None = None
    """Seconds after the end of the line before, negative to overlap; None: 0.6 s."""
    say: Text
    """The words, also those of a `wav`."""
    wav: Text | None = None
    """Real speech (WAV, FLAC, OGG or MP3), found from the call file's folder; None: the voice."""
    gain_db: Annotated[Number, Field(ge=-60, le=20)] = 0.0
    """Louder or quieter by so much; what gets too loud is cut off, as a microphone does."""

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if self.at is not None and self.after is not None:
            raise UnfitError("a line has either at or after, not both", "Remove one of the two")
        return self


NoiseKind = Literal["white", "pink", "babble", "hum", "music"]


class Noise(Part):
    """Something that a microphone hears all the time, or from some time on."""

    model_config = ConfigDict(json_schema_extra=one_of("kind", "file"))

    who: Name = EVERYBODY
    """Whose microphone: an identity, or all."""
    kind: NoiseKind | None = None
    """Generated: white, pink, babble (many voices of the call at once), hum (mains, 50 Hz) or music
    (instruments; nobody sings)."""
    file: Text | None = None
    """Or a recording, repeated; found from the call file's folder."""
    snr_db: Annotated[Number, Field(ge=-20, le=60)]
    """How far below that person's speech it is; who says nothing counts as speech at -26 dBFS."""
    seed: Annotated[int, Field(strict=True, ge=0)] = 1
    """The same seed makes the same noise."""
    at: Annotated[Number, Field(ge=0)] | None = None
    """Seconds from the start of the call at which it begins; None: it is there before."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.kind is None) == (self.file is None):
            raise UnfitError("a noise has either kind or file", "Write one of the two")
        return self


class ExpectedTalkingPoint(Part):
    """A talking point that hosts must see once."""

    model_config = ConfigDict(json_schema_extra=one_of("rule", "text"))

    rule: Name | None = None
    """Id of the playbook's rule."""
    text: Text | None = None
    """Or words that stand in what the host is told."""
    line: StrictInt | Text
    """What triggers it: the number of a line, counted from 1, or words said in one line only."""
    within_seconds: Annotated[Number, Field(gt=0)] = 3.0
    """From the end of the triggering words until a host has it."""
    to: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    """Identities of the hosts who must see it; None: every host who is there."""

    @model_validator(mode="after")
    def _has_one_name(self) -> Self:
        if (self.rule is None) == (self.text is None):
            raise UnfitError("a talking point has either rule or text", "Write one of the two")
        return self


class ExpectedTask(Part):
    """A task that the hosts must see, and nobody else."""

    what: Text
    """Words that stand in it."""
    state: Literal["proposed", "confirmed", "done", "rejected"] = "proposed"
    """What it is when the call ends."""


class HeardWords(Part):
    """Words that must stand in a row in one speaker's finals."""

    who: Name
    """Identity of the speaker."""
    words: Text
    line: LineNumber | None = None
    """Only finals of this line count; None: of any line."""
    misheard: Annotated[int, Field(strict=True, ge=0)] = 0
    """How many of them may be heard as another word; none may be missing."""


Day = Literal[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
    "tomorrow",
    "none",
]
"""A weekday is the next one. none: no date was spoken, and none may stand there."""


class Planted(Part):
    """Something that is said in the call, and must stand in its minutes."""

    words: Text
    """In a row in one line of the call; they stand in the statement of the minutes or its quote."""
    explicit: StrictBool = False
    """Whether it is said in so many words ("we decided", "I will"): then it must be found without
    any model too."""


class PlantedAction(Planted):
    """Something that somebody says he will do."""

    who: Name | None = None
    """Identity of its owner, or nobody; None: any."""
    day: Day | None = None
    """When it is due, counted from the day on which the call is played; None: any."""


class ExpectedMinutes(Part):
    """What the minutes must hold. Unless told: nothing that was not said."""

    decisions: tuple[Planted, ...] = ()
    action_items: tuple[PlantedAction, ...] = ()
    open_questions: tuple[Planted, ...] = ()
    absent: tuple[Text, ...] = ()
    """Names of people who are spoken of and are not there: nothing may be theirs to do."""
    withdrawn: tuple[Text, ...] = ()
    """Words of decisions that were taken back: they may stand in none."""


class LatencyLimits(Part):
    """The most that p95 of a delay may be, in milliseconds; None: any."""

    speech_start_to_interim: Annotated[Number, Field(gt=0)] | None = None
    speech_end_to_final: Annotated[Number, Field(gt=0)] | None = None
    phrase_end_to_talking_point: Annotated[Number, Field(gt=0)] | None = None
    join_to_agent: Annotated[Number, Field(gt=0)] | None = None
    publish_to_receive: Annotated[Number, Field(gt=0)] | None = None
    kill_to_agent: Annotated[Number, Field(gt=0)] | None = None


class Expectations(Part):
    """What must come of the call. Unless told: nothing lost, leaked, invented, or seen twice."""

    talking_points: tuple[ExpectedTalkingPoint, ...] = ()
    """Each once and in time; a talking point that is not listed fails the call."""
    last_word: Literal["playbook", "model"] | None = None
    """Who has written the last version of each of them; None: either."""
    max_talking_points: Annotated[int, Field(strict=True, ge=0)] | None = None
    """How many a host may get, the models' own ones too; None: any number."""
    tasks: tuple[ExpectedTask, ...] = ()
    """Each once; a task that is not listed fails the call."""
    heard: tuple[HeardWords, ...] = ()
    """What the finals must hold."""
    not_heard: tuple[Text, ...] = ()
    """Words that no final may hold."""
    minutes: ExpectedMinutes | None = None
    """What the minutes must hold; None: nobody waits for them."""
    minutes_by: Annotated[int, Field(strict=True, ge=0, le=8)] | None = None
    """How many models must have written the minutes, 0: none; None: any number."""
    max_word_error_rate: Annotated[Number, Field(ge=0)] | None = None
    """Over all speakers, 0.1 is one word in ten; None: any."""
    max_latency_ms: LatencyLimits = LatencyLimits()
    max_invented_words: Annotated[int, Field(strict=True, ge=0)] = 0
    """Words in finals while their speaker said nothing."""
    first_words_kept: StrictBool = True
    """Whether the beginning of every line must have a text."""
    last_words_kept: StrictBool = True
    """Whether the end of every line must have a text."""
    in_order: StrictBool = True
    """Whether finals must come in the order in which they were said, also of different speakers."""
