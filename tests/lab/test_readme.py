"""The lab's manual: its example works, and it names every field."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from lab.call_file import (
    Action,
    CallFile,
    Day,
    EspeakVoice,
    Event,
    Expectations,
    ExpectedMinutes,
    ExpectedTalkingPoint,
    ExpectedTask,
    FliteVoice,
    HeardWords,
    LatencyLimits,
    Line,
    Noise,
    NoiseKind,
    Participant,
    PlantedAction,
    Request,
)
from lab.emulators import elevenlabs_faults, openai_chat_faults, openai_messages
from lab.kills import Kills
from lab.lint import lint_call
from lab.models import Model
from lab.provider import ElevenLabsProvider, OpenAIProvider
from lab.suite_file import SUITES, Suite, Variant
from playbook.file import parse_playbook

pytestmark = pytest.mark.unit

README = Path(__file__).parents[2] / "lab" / "README.md"
TEXT = README.read_text(encoding="utf-8")
PARTS = (
    CallFile,
    Participant,
    EspeakVoice,
    Line,
    Noise,
    Event,
    Request,
    Expectations,
    ExpectedTalkingPoint,
    ExpectedTask,
    HeardWords,
    ExpectedMinutes,
    PlantedAction,
    LatencyLimits,
    Variant,
    Kills,
    ElevenLabsProvider,
    OpenAIProvider,
    Model,
    openai_chat_faults.Fault,
    elevenlabs_faults.Fault,
    openai_messages.Fault,
)


def example(first_word: str) -> str:
    blocks = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (block,) = [block for block in blocks if re.search(rf"^{first_word}:", block, re.MULTILINE)]
    return str(block)


def test_the_example_can_be_copied_and_needs_no_remark(tmp_path: Path) -> None:
    playbook = example("name")
    assert parse_playbook(playbook, "helpdesk.yaml").name == "helpdesk"
    (tmp_path / "helpdesk.yaml").write_text(playbook)
    (tmp_path / "calls").mkdir()
    call = tmp_path / "calls" / "helpdesk.yaml"
    call.write_text(example("title"))
    assert [str(remark) for remark in lint_call(call, tmp_path)] == []


def test_every_field_has_its_place_in_the_manual() -> None:
    prose = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)
    named = set(re.findall(r"[a-z0-9_]+", " ".join(re.findall(r"`([^`\n]+)`", prose))))
    wanted = {field for part in PARTS for field in part.model_fields}
    assert wanted <= named


@pytest.mark.parametrize(
    "names",
    [
        get_args(Action),
        get_args(FliteVoice),
        get_args(NoiseKind),
        get_args(Day),
        get_args(openai_messages.Fault.model_fields["kind"].annotation),
        get_args(openai_chat_faults.FaultKind),
        tuple(elevenlabs_faults.FaultKind),
        tuple(elevenlabs_faults.Moment),
    ],
)
def test_every_choice_has_its_place_in_the_manual(names: tuple[str, ...]) -> None:
    assert names
    for name in names:
        assert f"`{name}`" in TEXT


def test_every_call_has_its_place_in_the_manual() -> None:
    for path in README.parent.glob("calls/**/*.yaml"):
        name = path.relative_to(README.parent / "calls").with_suffix("").as_posix()
        assert f"| `{name}` |" in TEXT


def test_the_example_of_a_suite_can_be_copied() -> None:
    suite = Suite.model_validate(yaml.safe_load(example("variants")))

    assert [variant.name for variant in suite.variants] == ["dropped", "killed"]


def test_every_suite_has_its_place_in_the_manual() -> None:
    for path in SUITES.glob("*.yaml"):
        assert f"| `{path.stem}` |" in TEXT
