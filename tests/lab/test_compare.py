"""What got better or worse between two reports."""

from pathlib import Path

import pytest
from rich.console import Console

from lab.compare import compare, compare_files
from lab.front_desk import PlayError
from lab.score import score
from lab.score_model import Score
from tests.lab.recordings import make_recording

pytestmark = pytest.mark.unit


def report(folder: Path, name: str, result: Score) -> Path:
    path = folder / name
    path.write_text(result.model_dump_json())
    return path


def slower(result: Score, by_ms: float) -> Score:
    late = result.model_copy(deep=True)
    delay = late.latency_ms["speech_end_to_final"]
    assert delay.p95 is not None
    delay.p95 += by_ms
    return late


def test_a_difference_within_noise_is_the_same() -> None:
    result = score(make_recording())

    assert {each.change for each in compare(result, slower(result, 50))} == {"same"}


def test_a_difference_beyond_noise_is_told_first() -> None:
    result = score(make_recording())

    worst = compare(result, slower(result, 400))[0]
    best = compare(slower(result, 400), result)[0]

    assert (worst.name, worst.change) == ("latency_ms.speech_end_to_final.p95", "worse")
    assert best.change == "better"


def test_one_more_private_byte_is_never_noise() -> None:
    result = score(make_recording())
    leaking = result.model_copy(deep=True)
    leaking.privacy.bytes = 1

    assert compare(result, leaking)[0].name == "privacy.bytes"


def test_the_exit_code_tells_whether_something_got_worse(tmp_path: Path) -> None:
    result = score(make_recording())
    before = report(tmp_path, "before.json", result)
    after = report(tmp_path, "after.json", slower(result, 400))
    console = Console(quiet=True)

    assert compare_files(before, after, console) == 1
    assert compare_files(after, before, console) == 0


def test_what_is_no_report_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")

    with pytest.raises(PlayError, match="is no report: give one"):
        compare_files(tmp_path / "other.json", tmp_path / "other.json")
    with pytest.raises(PlayError, match="check its name"):
        compare_files(tmp_path / "none.json", tmp_path / "none.json")
