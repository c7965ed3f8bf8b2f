"""Reads a suite: which calls are played in which variants, and what is told about a wrong one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lab.call_checks import contradictions
from lab.call_file import PROVIDER_ACTIONS, CallFile, Event, Expectations, LatencyLimits
from lab.call_parts import UnfitError
from lab.kills import Kills
from lab.models import SETTINGS as MODEL_SETTINGS
from lab.models import Model
from lab.provider import SETTINGS, Provider
from lab.verdict import FINAL_P95_MS
from lab.yaml_places import place_text

SUITES: Final = Path(__file__).with_name("suites")
CALLS: Final = Path(__file__).with_name("calls")
EVERY_CALL: Final = "all"


class SuiteError(Exception):
    """A suite cannot be played; the text says what to change."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variant(_Part):
    """One way to play calls."""

    name: str = Field(min_length=1)
    provider: Provider | None = None
    """The emulated service that hears; None: the recognizer on this machine."""
    models: tuple[Model, ...] = Field(default=(), max_length=8)
    """The language models that advise, best first; none: the playbook advises alone."""
    settings: dict[str, str] = {}
    """Environment of token server and worker, as in `.env`."""
    calls: tuple[str, ...] | None = None
    """Names of files in lab/calls, without their ending; None: those of the suite."""
    repetitions: int = Field(default=1, ge=1, le=100)
    speed: float = Field(default=1.0, ge=0.1, le=20)
    """2 halves the silences."""
    events: tuple[Event, ...] = ()
    """What happens beside the events of the call files: kills and faults."""
    kills: Kills | None = None
    """A part that is killed again and again; the lines are said again until the last slot is
    over."""
    workers: int = Field(default=1, ge=1, le=4)
    """How many workers share the calls."""
    store: Literal["sqlite", "postgres"] = "sqlite"
    """What keeps the records; postgres: a server of the lab's own, thrown away at the end."""
    expectations: dict[str, Any] = {}
    """In place of what the call files expect, field by field."""
    later_seconds: float = Field(default=0.0, ge=0, le=60)
    """Added to all delays that the call files allow: some services hear whole segments only."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.provider is None:
            for event in self.events:
                if event.do in PROVIDER_ACTIONS:
                    raise ValueError(f"{event.do} needs a provider: add provider: {{name: ...}}")
        elif doubled := sorted(SETTINGS & self.settings.keys()):
            raise ValueError(f"provider sets {', '.join(doubled)}: remove it from settings")
        if self.models and (doubled := sorted(MODEL_SETTINGS & self.settings.keys())):
            raise ValueError(f"models set {', '.join(doubled)}: remove it from settings")
        if self.kills and self.speed != 1.0:
            raise ValueError("kills come at the seconds of the call: leave speed out")
        names = [model.name for model in self.models]
        if len(set(names)) < len(names):
            raise ValueError("two models have one name: give each its own")
        return self

    @property
    def is_exact(self) -> bool:
        """Whether the provider knows what will be said."""
        return self.provider is not None and self.provider.exact

    @property
    def heard_by(self) -> str:
        """Whose text is scored, for reports."""
        if self.provider is None:
            return "pocketsphinx on this machine"
        how = "knows the recordings" if self.provider.exact else "recognizes with pocketsphinx"
        emulated = f"emulator of {self.provider.name} that {how}"
        return f"{emulated}, else this machine" if self.provider.fallback else emulated

    def changed(self, call: CallFile) -> CallFile:
        """Return a call as it is played in this variant.

        Raises:
            SuiteError: its events or expectations do not fit the call.
        """
        content = call.expectations.model_dump() | self.expectations
        try:
            expectations = Expectations.model_validate(content)
        except ValidationError as error:
            raise SuiteError(f"variant {self.name!r}: {_first(error, 'expectations')}") from error
        changes = {
            "expectations": self._delayed(expectations),
            "events": (*call.events, *self.events, *(self.kills.events() if self.kills else ())),
        }
        changed = call.model_copy(update=changes)
        for place, reason, remedy in contradictions(changed):
            where = f"variant {self.name!r}, call {call.title!r}: {place_text(place)}"
            raise SuiteError(f"{where}: {reason}. {remedy}.")
        return changed

    def _delayed(self, expectations: Expectations) -> Expectations:
        if not self.later_seconds:
            return expectations
        points = tuple(
            point.model_copy(update={"within_seconds": point.within_seconds + self.later_seconds})
            for point in expectations.talking_points
        )
        limits = {"speech_end_to_final": FINAL_P95_MS}
        limits |= expectations.max_latency_ms.model_dump(exclude_none=True)
        later = {name: limit + self.later_seconds * 1000 for name, limit in limits.items()}
        changes = {"talking_points": points, "max_latency_ms": LatencyLimits(**later)}
        return expectations.model_copy(update=changes)


class Suite(_Part):
    """A named set of calls and variants."""

    purpose: str
    calls: tuple[str, ...] = (EVERY_CALL,)
    """Names of files in lab/calls, without their ending; all: every one."""
    variants: tuple[Variant, ...] = Field(default=(Variant(name="plain"),), min_length=1)

    @model_validator(mode="after")
    def _names_each_variant_once(self) -> Self:
        names = [variant.name for variant in self.variants]
        if doubled := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two variants are called {doubled[0]!r}: give each its own name")
        return self


def load_suite(name: str, folder: Path = SUITES) -> Suite:
    """Read a suite.

    Raises:
        SuiteError: there is none of this name, or it is malformed.
    """
    path = folder / f"{name}.yaml"
    known = ", ".join(sorted(each.stem for each in folder.glob("*.yaml")))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Suite.model_validate(content)
    except OSError as error:
        raise SuiteError(f"there is no suite {name!r}; there are: {known}") from error
    except yaml.YAMLError as error:
        raise SuiteError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        raise SuiteError(f"{path}: {_first(error)}") from error


def _first(error: ValidationError, *above: str) -> str:
    """Return where and why, of the first thing that is wrong."""
    first = error.errors()[0]
    where = ".".join([*above, *(str(part) for part in first["loc"])])
    told = first["msg"].removeprefix("Value error, ")
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, UnfitError):
        told = f"{told}. {cause.remedy}."
    return f"{where}: {told}" if where else told


def calls_of(suite: Suite, variant: Variant, folder: Path = CALLS) -> list[Path]:
    """Return the call files of a variant.

    Raises:
        SuiteError: one of them does not exist.
    """
    known = sorted(folder.glob("*.yaml"))
    paths: list[Path] = []
    for name in variant.calls if variant.calls is not None else suite.calls:
        # A name with a folder is a call that needs more than the stack: `all` leaves it out.
        deeper = [folder / f"{name}.yaml"] if "/" in name else known
        found = known if name == EVERY_CALL else [path for path in deeper if _is(path, name)]
        if not found:
            names = ", ".join(path.stem for path in known)
            raise SuiteError(f"{folder} has no call {name!r}; it has: {names}")
        paths += found
    return list(dict.fromkeys(paths))


def _is(path: Path, name: str) -> bool:
    return path.stem == name.rpartition("/")[2] and path.is_file()


def part_of(
    suite: Suite, variants: Sequence[str], calls: Sequence[str], folder: Path = CALLS
) -> list[tuple[Variant, list[Path]]]:
    """Return the variants to play with their calls, in the order of the suite.

    Args:
        suite: the whole.
        variants: names of those to play; empty: all.
        calls: names of those to play; empty: all.
        folder: where the calls are.

    Raises:
        SuiteError: the suite has none of such a name, or a call that does not exist.
    """
    known = [variant.name for variant in suite.variants]
    if unknown := [name for name in variants if name not in known]:
        raise SuiteError(f"there is no variant {unknown[0]!r}; there are: {', '.join(known)}")
    chosen = [(one, calls_of(suite, one, folder)) for one in suite.variants]
    chosen = [(one, paths) for one, paths in chosen if not variants or one.name in variants]
    there = {path.stem for _, paths in chosen for path in paths}
    if missing := [name for name in calls if name not in there]:
        raise SuiteError(f"{missing[0]!r} is not among: {', '.join(sorted(there))}")
    if calls:
        chosen = [(one, [path for path in paths if path.stem in calls]) for one, paths in chosen]
    return [(one, paths) for one, paths in chosen if paths]
