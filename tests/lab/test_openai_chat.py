"""The emulator of chat completions, seen through the client that talks to the real one."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest
from pydantic import BaseModel

from lab.emulators.openai_chat import API_KEY, OpenAIChat, running_chat
from lab.emulators.openai_chat_faults import Fault
from lab.emulators.openai_chat_models import MODEL, ChatModel
from lab.emulators.openai_chat_rules import answer

pytestmark = pytest.mark.unit


class Advice(BaseModel):
    line: int
    quote: str
    brief: int
    say: str


class Summary(BaseModel):
    summary: str


def said(*lines: str, role: str = "guest") -> list[dict[str, Any]]:
    return [
        {"line": number, "who": "Ben", "role": role, "said": text}
        for number, text in enumerate(lines, start=1)
    ]


def ruled(schema: type[BaseModel], **material: Any) -> dict[str, Any]:
    return answer(schema.model_json_schema(), material)


@pytest.fixture
async def emulator() -> AsyncIterator[OpenAIChat]:
    models = (
        ChatModel(),
        ChatModel(name="plain", forms=frozenset({"text", "json_object"}), tells_cost=True),
        ChatModel(name="limited", requests_per_window=1, window_seconds=30.0),
    )
    async with asyncio.timeout(60), running_chat(OpenAIChat(models)) as running:
        yield running


async def ask(emulator: OpenAIChat, model: str = MODEL, **changes: Any) -> tuple[str, Any]:
    """Return the text and the figures of usage of one completion."""
    schema = {"name": "advice", "strict": True, "schema": Advice.model_json_schema()}
    fields: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": "system", "content": "Answer with JSON. " * 40},
            {"role": "user", "content": json.dumps({"transcript": said("we lose far too much")})},
        ],
        "response_format": {"type": "json_schema", "json_schema": schema},
        "stream_options": {"include_usage": True},
    }
    api_key = changes.pop("api_key", API_KEY)
    async with openai.AsyncOpenAI(
        api_key=api_key, base_url=emulator.base_url, max_retries=0
    ) as client:
        stream = await client.chat.completions.create(stream=True, **(fields | changes))
        text, usage = "", None
        async for event in stream:
            usage = event.usage or usage
            if event.choices:
                text += event.choices[0].delta.content or ""
    return text, usage


async def test_it_streams_an_answer_that_depends_on_what_was_said(emulator: OpenAIChat) -> None:
    text, usage = await ask(emulator)
    made = Advice.model_validate_json(text)
    assert (made.line, made.quote) == (1, "we lose far too much")
    assert "lose" in made.say
    assert usage.prompt_tokens > usage.completion_tokens > 0
    assert usage.prompt_tokens_details.cached_tokens == 0


async def test_a_prompt_that_it_knows_is_cached(emulator: OpenAIChat) -> None:
    await ask(emulator)
    _, usage = await ask(emulator)
    assert 0 < usage.prompt_tokens_details.cached_tokens <= usage.prompt_tokens


async def test_wrong_keys_and_unknown_models_are_refused(emulator: OpenAIChat) -> None:
    with pytest.raises(openai.AuthenticationError):
        await ask(emulator, api_key="sk-wrong")
    with pytest.raises(openai.NotFoundError):
        await ask(emulator, "no-such-model")
    assert [seen.status for seen in emulator.record.requests] == [401, 404]
    assert "sk-wrong" not in str(emulator.record)


async def test_a_model_refuses_forms_that_it_does_not_know(emulator: OpenAIChat) -> None:
    with pytest.raises(openai.BadRequestError, match="does not support response format"):
        await ask(emulator, "plain")
    schema = json.dumps(Advice.model_json_schema())
    messages = [
        {"role": "system", "content": f"Follow this JSON Schema:\n{schema}"},
        {"role": "user", "content": json.dumps({"transcript": said("we lose far too much")})},
    ]
    text, usage = await ask(
        emulator, "plain", messages=messages, response_format={"type": "json_object"}
    )
    assert Advice.model_validate_json(text).line == 1
    assert usage.cost > 0


async def test_a_parameter_that_nobody_knows_is_refused(emulator: OpenAIChat) -> None:
    with pytest.raises(openai.BadRequestError, match="Unrecognized"):
        await ask(emulator, extra_body={"tempo": 1})


async def test_a_rate_limit_is_told_and_kept(emulator: OpenAIChat) -> None:
    await ask(emulator, "limited")
    with pytest.raises(openai.RateLimitError) as caught:
        await ask(emulator, "limited")
    headers = caught.value.response.headers
    assert 0 < float(headers["retry-after"]) <= 30
    assert headers["x-ratelimit-remaining-requests"] == "0"
    with pytest.raises(openai.RateLimitError):
        await ask(emulator, "limited")
    assert emulator.record.limited_in_a_row() == 1


async def test_faults_come_in_their_order_to_those_they_are_for(emulator: OpenAIChat) -> None:
    emulator.script([Fault(model="plain"), Fault(kind="length"), Fault(status=529)])
    text, _ = await ask(emulator)
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    with pytest.raises(openai.InternalServerError):
        await ask(emulator)
    assert json.loads((await ask(emulator))[0])


@pytest.mark.parametrize("kind", ["cut", "error_event", "refuse"])
async def test_a_broken_stream_is_an_error_of_the_client(kind: str, emulator: OpenAIChat) -> None:
    emulator.script([Fault.model_validate({"kind": kind})])
    with pytest.raises(openai.APIError):
        await ask(emulator)


async def test_the_script_and_the_record_are_reached_over_http(emulator: OpenAIChat) -> None:
    control = emulator.base_url.removesuffix("/v1") + "/emulator"
    async with aiohttp.ClientSession() as session:
        async with session.put(f"{control}/faults", json=[{"kind": "status"}]) as answered:
            assert await answered.json() == {"faults": 1}
        async with session.put(f"{control}/faults", json=[{"kind": "tired"}]) as answered:
            assert answered.status == 400
        with pytest.raises(openai.InternalServerError):
            await ask(emulator)
        async with session.get(f"{control}/record") as answered:
            record = await answered.json()
    (seen,) = record["requests"]
    assert (seen["status"], seen["form"], seen["purpose"]) == (500, "strict_schema", "advice")
    assert "authorization" not in seen["headers"]


def test_advice_is_on_the_newest_question_of_another_person() -> None:
    lines = said("How much does the support cost?", "I really wonder")
    lines.append({"line": 3, "who": "Ana", "role": "host", "said": "Good question indeed."})
    made = ruled(Advice, transcript=lines)
    assert made["line"] == 1
    assert made["quote"] in lines[0]["said"]


@pytest.mark.parametrize("text", ["Thanks a lot!", "Hello Ana", "so it is"])
def test_small_talk_gets_no_advice(text: str) -> None:
    assert ruled(Advice, transcript=said(text))["say"] == ""
    assert ruled(Advice, transcript=said("we lose too much", role="host"))["say"] == ""


def test_what_was_told_is_not_told_again() -> None:
    made = ruled(Advice, transcript=said("we lose far too much"))
    again = ruled(Advice, transcript=said("we lose far too much"), told=[{"say": made["say"]}])
    assert again["say"] == ""


def test_a_line_of_the_brief_is_used_and_named() -> None:
    brief = [{"number": 1, "document": "a", "text": "Support for teams costs forty a month."}]
    made = ruled(Advice, transcript=said("what are the support costs"), brief=brief)
    assert made["brief"] == 1
    assert "forty a month" in made["say"]


def test_a_summary_holds_the_names_and_words() -> None:
    made = ruled(Summary, summary="Ana greeted.", transcript=said("we lose far too much"))
    assert made["summary"] == "Ana greeted. Ben said: we lose far too much"


def test_a_question_is_answered_with_quotes_of_the_lines() -> None:
    fields: dict[str, Any] = {"properties": {"quotes": {}, "answer": {}}}
    lines = said("the budget is forty thousand", "we like tea")
    made = answer(fields, {"question": "What is their budget?", "transcript": lines})
    assert made["quotes"] == [{"line": 1, "words": "the budget is forty thousand"}]
    made = answer(fields, {"question": "What about ships?", "transcript": lines})
    assert made == {"quotes": [], "answer": ""}


def test_a_command_is_read_with_person_and_date() -> None:
    fields: dict[str, Any] = {
        "properties": {key: {} for key in ("intent", "what", "about", "who", "due")}
    }
    words = "remind Ben to send the contract on Friday"
    made = answer(fields, {"words": words, "people": ["Ben Miller", "Cleo"]})
    assert made == {
        "intent": "task_create",
        "what": "send the contract",
        "about": "",
        "who": "Ben Miller",
        "due": "on Friday",
    }


def test_a_schema_that_no_rule_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rule"):
        answer({"properties": {"poem": {}}}, {})


async def test_it_runs_by_hand_and_ends_when_interrupted(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text('[{"kind": "status", "status": 503}]')
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "lab.emulators.openai_chat",
        *("--faults", str(script), "--model", "mine"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        async with asyncio.timeout(30):
            base_url = (await process.stdout.readline()).decode().strip()
        emulator = OpenAIChat()
        emulator.base_url = base_url
        with pytest.raises(openai.InternalServerError):
            await ask(emulator, "mine")
        assert (await ask(emulator, "mine"))[0]
    finally:
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130
