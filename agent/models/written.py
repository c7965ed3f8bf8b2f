"""Reads what a model writes: unfinished JSON while it grows, and at the end, mended if need be."""

import json
import re
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

Answer = TypeVar("Answer", bound=BaseModel)

_THOUGHTS_END: Final = "</think>"
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")
# Postgres keeps no text with a NUL in it, and a terminal obeys what follows an escape. In JSON
# these signs stand as escapes only; tabs and ends of lines stay.
_CONTROL: Final = re.compile(
    r"(?<!\\)((?:\\\\)*)\\(?:u00(?:0[0-8bcef]|1[0-9a-f])|[bf])", re.IGNORECASE
)


def read_partial(written: str) -> dict[str, Any] | None:
    """Return the fields of an unfinished JSON object; None while there are none.

    The last string may be unfinished; every other value is as the model meant it.
    """
    try:
        fields = from_json(
            _from_first_brace(_without_controls(written)), allow_partial="trailing-strings"
        )
    except ValueError:
        return None
    return fields if isinstance(fields, dict) and fields else None


def read_answer(written: str, answer: type[Answer]) -> Answer | None:
    """Return what a model wrote as the answer that was asked for; None: it is none.

    Without a schema models wrap their JSON in prose or a code fence, think aloud before it, leave
    a comma before a bracket, or add fields of their own: that much is mended.
    """
    written = _without_controls(written)
    try:
        return answer.model_validate_json(written)
    except ValidationError:
        pass
    fields = _first_object(_from_first_brace(written))
    if fields is None:
        return None
    try:
        return answer.model_validate({k: v for k, v in fields.items() if k in answer.model_fields})
    except ValidationError:
        return None


def _without_controls(written: str) -> str:
    return _CONTROL.sub(r"\1", written)


def _from_first_brace(written: str) -> str:
    if written.lstrip().startswith("<think>"):
        written = written.partition(_THOUGHTS_END)[2]
    return written[written.find("{") :] if "{" in written else ""


def _first_object(text: str) -> dict[str, Any] | None:
    for reading in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            fields, _ = json.JSONDecoder().raw_decode(reading)
        except ValueError:
            continue
        return fields if isinstance(fields, dict) else None
    return None
