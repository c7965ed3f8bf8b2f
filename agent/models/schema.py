"""How an answer of a given shape is asked for: what each kind of server understands.

Servers differ, and few say in advance what they know. A dialect starts with the strictest words
and learns from each refusal; see the table of OpenAI's docs on structured outputs and those of
Groq, OpenRouter, Ollama and vLLM, which all take a part of it.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import openai
from pydantic import BaseModel

from agent.models.request import Message, ModelRequest

Form = Literal["strict_schema", "schema", "json_object", "text"]
_FORMS: Final[tuple[Form, ...]] = ("strict_schema", "schema", "json_object", "text")

_IN_WORDS: Final = """
Answer with one JSON object and nothing else. It must follow this JSON Schema:
"""
_NO_MATTER_OF_DIALECT: Final = frozenset({"context_length_exceeded", "content_filter"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The words in which one model of one server is asked."""

    form: Form = "strict_schema"
    limit_name: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    """The newer models of OpenAI refuse the old name, and many servers know only that."""
    asks_for_usage: bool = True

    def parameters(self, request: ModelRequest) -> dict[str, Any]:
        """Return what is sent for a request, but the model's name."""
        parameters: dict[str, Any] = {
            "messages": self._messages(request),
            self.limit_name: request.most_tokens,
            "stream": True,
        }
        if response_format := self._response_format(request):
            parameters["response_format"] = response_format
        if self.asks_for_usage:
            parameters["stream_options"] = {"include_usage": True}
        return parameters

    def after(self, error: openai.APIStatusError) -> "Dialect | None":
        """Return what to try when a request was refused as malformed; None: nothing is left."""
        if error.code in _NO_MATTER_OF_DIALECT:
            return None
        said = f"{error.param or ''} {error.message}".lower()
        if "stream_options" in said and self.asks_for_usage:
            return replace(self, asks_for_usage=False)
        if self.limit_name in said:
            other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
            return replace(self, limit_name=other[self.limit_name])  # type: ignore[arg-type]
        return self.weaker()

    def weaker(self) -> "Dialect | None":
        """Return the same with the next weaker form; None: there is none."""
        place = _FORMS.index(self.form) + 1
        return replace(self, form=_FORMS[place]) if place < len(_FORMS) else None

    def _response_format(self, request: ModelRequest) -> dict[str, Any] | None:
        if self.form == "text":
            return None
        if self.form == "json_object":
            return {"type": "json_object"}
        schema: dict[str, Any] = {"name": request.purpose, "schema": schema_of(request.answer)}
        if self.form == "strict_schema":
            schema |= {"strict": True}
        return {"type": "json_schema", "json_schema": schema}

    def _messages(self, request: ModelRequest) -> list[dict[str, str]]:
        messages = list(request.messages)
        if self.form in {"json_object", "text"}:
            told = messages[0].content + _IN_WORDS + json.dumps(schema_of(request.answer))
            messages[0] = Message(role="system", content=told)
        return [{"role": one.role, "content": one.content} for one in messages]


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of an answer, such that strict servers take it."""
    schema = answer.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        _make_strict(part)
    return schema


def _make_strict(part: dict[str, Any]) -> None:
    """Require every field and allow no other, as OpenAI's strict mode wants it."""
    part.pop("description", None)  # our docstrings are no business of the model's
    if "properties" not in part:
        return
    part["additionalProperties"] = False
    part["required"] = list(part["properties"])
    for field in part["properties"].values():
        field.pop("default", None)
        field.pop("title", None)
