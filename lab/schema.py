"""The JSON Schema of call files: editors complete fields with it and mark mistakes."""

import json
from pathlib import Path
from typing import Any, Final

from lab.call_file import CallFile

SCHEMA_PATH: Final = Path(__file__).with_name("call.schema.json")
HEADER: Final = "# yaml-language-server: $schema=../call.schema.json"
"""First line of the call files in `lab/calls`."""


def call_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a call file."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **CallFile.model_json_schema(),
    }
    schema["title"] = "Scripted call of the lab"
    return schema


def schema_text() -> str:
    """Return the schema as it is kept in `call.schema.json`."""
    return json.dumps(call_schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(path: Path = SCHEMA_PATH) -> Path:
    """Write the schema; return where it is."""
    path.write_text(schema_text(), encoding="utf-8")
    return path
