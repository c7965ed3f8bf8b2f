"""`python -m wire` writes the JSON Schema files; `--check` fails if one is not up to date."""

import argparse
import json
import sys
from pathlib import Path

from pydantic import BaseModel

from wire import (
    alerts,
    answers,
    consent,
    controls,
    costs,
    coverage,
    gap,
    minutes,
    sound,
    statistics,
    tasks,
    topics,
)
from wire.alerts import Alert
from wire.answers import Answer
from wire.consent import ConsentRequest, ConsentState, Erased, OffTheRecordRequest
from wire.controls import (
    Accepted,
    AskRequest,
    CallState,
    CatchUpReply,
    CatchUpRequest,
    PinRequest,
    PlaybookRequest,
    PointRequest,
    PromptRequest,
    TaskConfirmRequest,
    TaskRequest,
    UsefulRequest,
)
from wire.costs import CostReport
from wire.coverage import CoverageReport, Notice
from wire.dispatch import DispatchMetadata
from wire.gap import Gap
from wire.minutes import Minutes
from wire.sound import SoundConsentRequest, SoundRequest, SoundState
from wire.statistics import StatisticsReport
from wire.talking_point import TalkingPoint
from wire.tasks import Task
from wire.transcript import TranscriptAttributes

SCHEMA_FOLDER = Path(__file__).parent / "schema"

_MODELS: dict[str, type[BaseModel]] = {
    "accepted.json": Accepted,
    "alert.json": Alert,
    "answer.json": Answer,
    "ask_request.json": AskRequest,
    "call_state.json": CallState,
    "catch_up_reply.json": CatchUpReply,
    "catch_up_request.json": CatchUpRequest,
    "consent_request.json": ConsentRequest,
    "consent_state.json": ConsentState,
    "cost_report.json": CostReport,
    "coverage_report.json": CoverageReport,
    "dispatch_metadata.json": DispatchMetadata,
    "erased.json": Erased,
    "gap.json": Gap,
    "minutes.json": Minutes,
    "notice.json": Notice,
    "off_the_record_request.json": OffTheRecordRequest,
    "pin_request.json": PinRequest,
    "playbook_request.json": PlaybookRequest,
    "point_request.json": PointRequest,
    "prompt_request.json": PromptRequest,
    "sound_consent_request.json": SoundConsentRequest,
    "sound_request.json": SoundRequest,
    "sound_state.json": SoundState,
    "statistics_report.json": StatisticsReport,
    "talking_point.json": TalkingPoint,
    "task.json": Task,
    "task_confirm_request.json": TaskConfirmRequest,
    "task_request.json": TaskRequest,
    "transcript_attributes.json": TranscriptAttributes,
    "useful_request.json": UsefulRequest,
}


def make_files() -> dict[str, str]:
    """Return the text of every schema file by its name; the same models give the same text.

    Each schema says what a reader accepts (a field with a default may be missing).
    `topics.json` is no schema: it is the list of the constants in `wire`.
    """
    contents: dict[str, object] = {
        name: model.model_json_schema(by_alias=True, mode="validation")
        for name, model in _MODELS.items()
    }
    contents["topics.json"] = {
        name: constant
        for module in (
            topics,
            alerts,
            answers,
            consent,
            controls,
            costs,
            coverage,
            gap,
            minutes,
            sound,
            statistics,
            tasks,
        )
        for name, constant in vars(module).items()
        if name.isupper()
    }
    return {
        name: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for name, content in contents.items()
    }


def find_stale(folder: Path) -> list[str]:
    """Return the names of files in `folder` that are missing, outdated or belong to no model."""
    files = make_files()
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in files | present if files.get(name) != present.get(name))


def write_files(folder: Path) -> None:
    """Write every schema file into `folder` and remove those that belong to no model."""
    folder.mkdir(parents=True, exist_ok=True)
    files = make_files()
    for path in folder.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status: 1 if `--check` found something stale."""
    parser = argparse.ArgumentParser(prog="python -m wire", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; name the files that are not up to date"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=SCHEMA_FOLDER,
        help="where the files are (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    if not options.check:
        write_files(options.folder)
        return 0
    stale = find_stale(options.folder)
    for name in stale:
        print(f"{options.folder / name} is not up to date: run `make wire`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
