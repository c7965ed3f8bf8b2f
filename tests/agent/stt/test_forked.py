"""Recognizers that share the models of one process, as the worker's do."""

import asyncio
import json
import os
import sys
from typing import Any

import pytest

from tests.agent.speech import read_line, share_heard
from tests.agent.stt.forked_recognizers import NICENESS
from tests.agent.waiting import until

pytestmark = pytest.mark.unit


async def see(what: str) -> dict[str, Any]:
    """Do it in a process of its own; return what that saw."""
    async with asyncio.timeout(120):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.agent.stt.forked_recognizers",
            what,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdout
        seen: dict[str, Any] = json.loads(await process.stdout.readline())
        await process.wait()
    return seen


def is_heard(text: str) -> bool:
    return share_heard(read_line(2).words, text) >= 0.7


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_recognizers_and_those_that_replace_them_come_from_the_process_with_the_models() -> (
    None
):
    seen = await see("share")
    assert seen["parents"] == [True]
    assert seen["restarts"] == 1
    assert is_heard(seen["text"])
    # Forked when they are needed: no idle job holds one.
    assert seen["prewarmed"] == 0
    # As polite as the call was when it asked.
    assert seen["niceness"] == [0, 0, NICENESS]


async def test_what_is_said_before_the_models_are_loaded_waits_for_them() -> None:
    seen = await see("load_late")
    assert not seen["early"]
    assert is_heard(seen["text"])


async def test_without_that_process_a_recognizer_loads_the_models_itself() -> None:
    seen = await see("lose")
    assert seen["own"]
    assert is_heard(seen["text"])


async def test_signals_to_the_group_end_no_recognizer_and_a_killed_worker_leaves_none() -> None:
    seen = await see("leave")
    assert is_heard(seen["text"])
    await until(lambda: all(is_gone(pid) for pid in seen["left"]))
