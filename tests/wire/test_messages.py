"""The golden messages beside this file are read here and by the page's own tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from wire import __main__ as wire_command
from wire.talking_point import TalkingPoint
from wire.transcript import TranscriptAttributes

pytestmark = pytest.mark.unit


def _cases(file: str, verdict: str) -> list[Any]:
    golden = json.loads((Path(__file__).parent / file).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in golden[verdict]]


@pytest.mark.parametrize("case", _cases("talking_points.json", "valid"))
def test_valid_talking_point_survives_a_round_trip(case: dict[str, Any]) -> None:
    point = TalkingPoint.model_validate_json(json.dumps(case["message"]))
    sent = json.loads(point.model_dump_json())
    assert sent.items() >= case["message"].items()
    assert TalkingPoint.model_validate(sent) == point


@pytest.mark.parametrize("case", _cases("talking_points.json", "invalid"))
def test_invalid_talking_point_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TalkingPoint.model_validate_json(json.dumps(case["message"]))


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
