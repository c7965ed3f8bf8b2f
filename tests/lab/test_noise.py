"""What the microphones of a call hear beside the speech."""

from pathlib import Path

import numpy as np
import pytest

from lab.call_file import CallFile, NoiseKind, parse_call
from lab.noise import BED_SECONDS, LISTENER_DBFS, at_level, generated, microphone_noise
from lab.sound import SAMPLE_RATE_HZ, Samples, SoundError, speech_dbfs, write_flac
from lab.voices import RenderedLine, VoiceIndex, WordEnd

pytestmark = pytest.mark.unit

KINDS: list[NoiseKind] = ["white", "pink", "babble", "hum", "music"]
COUNT = 2 * SAMPLE_RATE_HZ


def speech(peak: float = 6000) -> Samples:
    time = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    return (peak * np.sin(2 * np.pi * 200 * time)).astype(np.int16)


def call_with(noise: str) -> CallFile:
    text = f"""\
title: T
purpose: P
playbook: sales
participants:
  - {{identity: ana, name: Ana, role: host, voice: slt}}
  - {{identity: ben, name: Ben, role: guest}}
noise: [{noise}]
lines: [{{who: ana, say: Good morning.}}]
"""
    return parse_call(text, Path("call.yaml"))


def rendered(folder: Path) -> VoiceIndex:
    folder.mkdir()
    write_flac(folder / "01-ana.flac", speech())
    line = RenderedLine(
        file="01-ana.flac",
        words="Good morning.",
        voice="slt",
        seconds=1.0,
        sha256="",
        timing="flite",
        speech_start_seconds=0.0,
        speech_end_seconds=1.0,
        word_ends=(WordEnd(word="Good", end_seconds=0.5), WordEnd(word="morning.", end_seconds=1)),
    )
    return VoiceIndex(lines=(line,))


def dbfs(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(np.float64) ** 2)) / 32768))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_makes_the_same_noise(kind: NoiseKind) -> None:
    one, two = (generated(kind, COUNT, 7, [speech()]) for _ in range(2))
    assert np.array_equal(one, two)
    assert np.std(one) > 0


@pytest.mark.parametrize("kind", ["white", "pink", "babble", "music"])
def test_another_seed_makes_another_noise(kind: NoiseKind) -> None:
    one, two = (generated(kind, COUNT, seed, [speech()]) for seed in (1, 2))
    assert not np.array_equal(one, two)


def test_pink_noise_has_its_power_in_the_low_tones_and_white_everywhere() -> None:
    def low_share(kind: NoiseKind) -> float:
        power = np.abs(np.fft.rfft(generated(kind, COUNT, 1, []))) ** 2
        return float(power[: len(power) // 8].sum() / power.sum())

    assert low_share("white") == pytest.approx(1 / 8, abs=0.02)
    assert low_share("pink") > 0.5


def test_hum_ends_where_it_begins() -> None:
    hum = generated("hum", COUNT, 1, [])
    assert abs(hum[0] - hum[-1]) < 1.1 * np.max(np.abs(np.diff(hum)))


def test_babble_of_a_call_without_speech_is_silence() -> None:
    assert not generated("babble", COUNT, 1, [np.zeros(100, np.int16)]).any()


def test_silence_has_no_level() -> None:
    assert not at_level(np.zeros(10), -20).any()


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_so_far_below_the_speech(kind: NoiseKind, tmp_path: Path) -> None:
    voices = rendered(tmp_path / "call")
    call = call_with(f"{{who: ana, kind: {kind}, snr_db: 15}}")
    bed = microphone_noise(call, "ana", voices, tmp_path / "call")
    assert bed is not None
    assert len(bed) == BED_SECONDS * SAMPLE_RATE_HZ
    level = speech_dbfs(speech())
    assert level is not None
    assert dbfs(bed) == pytest.approx(level - 15, abs=0.1)


def test_a_listener_counts_as_speech_of_usual_level(tmp_path: Path) -> None:
    voices = rendered(tmp_path / "call")
    bed = microphone_noise(call_with("{kind: white, snr_db: 10}"), "ben", voices, tmp_path / "call")
    assert bed is not None
    assert dbfs(bed) == pytest.approx(LISTENER_DBFS - 10, abs=0.1)


def test_two_noises_add_up(tmp_path: Path) -> None:
    voices = rendered(tmp_path / "call")
    two = call_with("{kind: white, snr_db: 10}, {kind: white, snr_db: 10, seed: 2}")
    bed = microphone_noise(two, "ben", voices, tmp_path / "call")
    assert bed is not None
    assert dbfs(bed) == pytest.approx(LISTENER_DBFS - 7, abs=0.2)


def test_noise_that_begins_later_is_apart(tmp_path: Path) -> None:
    voices = rendered(tmp_path / "call")
    call = call_with("{kind: white, snr_db: 20}, {kind: white, snr_db: 10, at: 3.5}")
    before = microphone_noise(call, "ben", voices, tmp_path / "call")
    later = microphone_noise(call, "ben", voices, tmp_path / "call", at=3.5)
    assert before is not None
    assert later is not None
    assert dbfs(before) == pytest.approx(LISTENER_DBFS - 20, abs=0.1)
    assert dbfs(later) == pytest.approx(LISTENER_DBFS - 10, abs=0.1)


def test_whose_microphone_is_quiet_hears_nothing(tmp_path: Path) -> None:
    voices = rendered(tmp_path / "call")
    call = call_with("{who: ana, kind: white, snr_db: 10}")
    assert microphone_noise(call, "ben", voices, tmp_path / "call") is None


def test_a_recording_is_repeated_and_found_from_the_call(tmp_path: Path) -> None:
    voices = rendered(tmp_path / "call")
    write_flac(tmp_path / "street.flac", speech(1000))
    call = call_with("{file: street.flac, snr_db: 10}")
    bed = microphone_noise(call, "ben", voices, tmp_path / "call")
    assert bed is not None
    assert np.array_equal(bed[:SAMPLE_RATE_HZ], bed[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ])


def test_a_recording_that_is_not_there_is_refused(tmp_path: Path) -> None:
    voices = rendered(tmp_path / "call")
    with pytest.raises(SoundError, match="street"):
        microphone_noise(
            call_with("{file: street.flac, snr_db: 10}"), "ben", voices, tmp_path / "call"
        )
