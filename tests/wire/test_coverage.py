"""How much of a big meeting's coverage a data message holds."""

import pytest

from wire.coverage import CoverageReport, SpeakerCoverage

pytestmark = pytest.mark.unit


def speaker(number: int, name: str = "Ana") -> SpeakerCoverage:
    return SpeakerCoverage(
        identity=f"guest-{number:03}",
        name=name,
        received_seconds=number,
        silent_seconds=0,
        sent_seconds=number,
        recognized_seconds=number,
        without_text_seconds=0,
    )


def test_everybody_is_in_a_report_that_fits_by_identity() -> None:
    report = CoverageReport.of([speaker(2), speaker(3), speaker(1)], at_ms=5)
    assert [one.received_seconds for one in report.speakers] == [1, 2, 3]
    assert report.at_ms == 5


@pytest.mark.parametrize("name", ["Ana", "\N{GRINNING FACE}" * 256])
def test_of_too_many_those_are_told_of_whom_most_was_received(name: str) -> None:
    everybody = [speaker(number, name) for number in range(300)]
    report = CoverageReport.of(everybody, at_ms=0)
    assert report.speakers == everybody[-len(report.speakers) :]
    size = len(report.model_dump_json().encode())
    assert 12_500 < size < 15 * 1024
