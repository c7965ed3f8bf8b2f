"""The golden messages beside this file are read here and by the page's own tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from wire import __main__ as wire_command
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
from wire.gap import Gap
from wire.minutes import Minutes
from wire.sound import SoundConsentRequest, SoundRequest, SoundState
from wire.statistics import StatisticsReport
from wire.talking_point import TalkingPoint
from wire.tasks import Task
from wire.transcript import TranscriptAttributes

pytestmark = pytest.mark.unit


_MODELS: dict[str, type[BaseModel]] = {
    "accepted.json": Accepted,
    "alerts.json": Alert,
    "answers.json": Answer,
    "ask_requests.json": AskRequest,
    "call_states.json": CallState,
    "catch_up_replies.json": CatchUpReply,
    "catch_up_requests.json": CatchUpRequest,
    "consent_requests.json": ConsentRequest,
    "consent_states.json": ConsentState,
    "cost_reports.json": CostReport,
    "coverage_reports.json": CoverageReport,
    "erased.json": Erased,
    "gaps.json": Gap,
    "minutes.json": Minutes,
    "notices.json": Notice,
    "off_the_record_requests.json": OffTheRecordRequest,
    "pin_requests.json": PinRequest,
    "playbook_requests.json": PlaybookRequest,
    "point_requests.json": PointRequest,
    "prompt_requests.json": PromptRequest,
    "statistics_reports.json": StatisticsReport,
    "sound_consent_requests.json": SoundConsentRequest,
    "sound_requests.json": SoundRequest,
    "sound_states.json": SoundState,
    "talking_points.json": TalkingPoint,
    "task_confirm_requests.json": TaskConfirmRequest,
    "task_requests.json": TaskRequest,
    "tasks.json": Task,
    "useful_requests.json": UsefulRequest,
}


def _cases(file: str, verdict: str) -> list[Any]:
    golden = json.loads((Path(__file__).parent / file).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in golden[verdict]]


def _messages(verdict: str) -> list[Any]:
    return [
        pytest.param(model, case["message"], id=f"{file}: {case['name']}")
        for file, model in _MODELS.items()
        for (case,) in (parameter.values for parameter in _cases(file, verdict))
    ]


@pytest.mark.parametrize(("model", "message"), _messages("valid"))
def test_valid_message_survives_a_round_trip(
    model: type[BaseModel], message: dict[str, Any]
) -> None:
    read = model.model_validate_json(json.dumps(message))
    assert read.model_dump(mode="json", exclude_unset=True) == message
    assert model.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize(("model", "message"), _messages("invalid"))
def test_invalid_message_is_refused(model: type[BaseModel], message: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate_json(json.dumps(message))


@pytest.mark.parametrize("case", _cases("transcript_attributes.json", "valid"))
def test_valid_transcript_attributes_are_read_as_written(case: dict[str, Any]) -> None:
    attributes = TranscriptAttributes.from_stream(case["attributes"])
    assert attributes.model_dump(by_alias=True) == case["reads"]


@pytest.mark.parametrize("case", _cases("transcript_attributes.json", "invalid"))
def test_invalid_transcript_attributes_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TranscriptAttributes.from_stream(case["attributes"])


def test_committed_schema_files_are_up_to_date() -> None:
    assert wire_command.find_stale(wire_command.SCHEMA_FOLDER) == []


def test_check_names_missing_outdated_and_stray_files_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wire_command.write_files(tmp_path)
    (tmp_path / "talking_point.json").write_text("{}", encoding="utf-8")
    (tmp_path / "topics.json").unlink()
    (tmp_path / "forgotten.json").write_text("{}", encoding="utf-8")

    assert wire_command.main(["--check", "--folder", str(tmp_path)]) == 1

    assert wire_command.find_stale(tmp_path) == [
        "forgotten.json",
        "talking_point.json",
        "topics.json",
    ]
    assert "talking_point.json is not up to date" in capsys.readouterr().err


def test_writing_makes_every_file_current_and_removes_strays(tmp_path: Path) -> None:
    (tmp_path / "forgotten.json").write_text("{}", encoding="utf-8")
    assert wire_command.main(["--folder", str(tmp_path)]) == 0
    assert wire_command.main(["--check", "--folder", str(tmp_path)]) == 0
    assert not (tmp_path / "forgotten.json").exists()
