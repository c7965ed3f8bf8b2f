"""The JSON Schema of call files."""

import json
from pathlib import Path

import pytest

from lab.call_file import CallFile, Event
from lab.schema import SCHEMA_PATH, call_schema, schema_text, write_schema

pytestmark = pytest.mark.unit


def test_the_schema_in_the_tree_is_up_to_date() -> None:
    assert SCHEMA_PATH.read_text(encoding="utf-8") == schema_text(), "run: python -m lab schema"


def test_the_schema_describes_every_field_of_a_call() -> None:
    schema = call_schema()
    assert set(schema["properties"]) == set(CallFile.model_fields)
    assert set(schema["$defs"]["Event"]["properties"]) == set(Event.model_fields)
    assert not schema["additionalProperties"]


def test_the_schema_wants_one_time_for_an_event() -> None:
    assert call_schema()["$defs"]["Event"]["oneOf"] == [
        {"required": ["at"]},
        {"required": ["with_line"]},
        {"required": ["after_line"]},
    ]


def test_what_is_written_is_the_schema(tmp_path: Path) -> None:
    path = write_schema(tmp_path / "call.schema.json")
    assert json.loads(path.read_text()) == call_schema()
