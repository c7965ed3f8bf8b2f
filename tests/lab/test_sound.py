"""How audio of any kind becomes what the lab plays."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from lab.sound import (
    SAMPLE_RATE_HZ,
    Samples,
    SoundError,
    frames_dbfs,
    louder,
    read_sound,
    resampled,
    sound_bounds_seconds,
    speech_dbfs,
    without_pause,
    write_flac,
)

pytestmark = pytest.mark.unit


def tone(seconds: float, rate_hz: int = SAMPLE_RATE_HZ, peak: float = 8000) -> Samples:
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (peak * np.sin(2 * np.pi * 440 * time)).astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100, 48000])
def test_any_rate_becomes_16_khz_of_the_same_length_and_loudness(rate_hz: int) -> None:
    sound = resampled(tone(1.0, rate_hz), rate_hz)
    assert len(sound) == pytest.approx(SAMPLE_RATE_HZ, abs=SAMPLE_RATE_HZ * 0.02)
    assert np.std(sound[2000:-2000]) == pytest.approx(8000 / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize(
    ("suffix", "channels"), [("wav", 2), ("flac", 2), ("ogg", 2), ("wav", 1), ("mp3", 1)]
)
def test_recordings_of_all_formats_are_read_and_their_channels_mixed(
    suffix: str, channels: int, tmp_path: Path
) -> None:
    path = tmp_path / f"speech.{suffix}"
    sound = np.stack((tone(1.0, 44100),) * channels, axis=1)
    soundfile.write(path, sound, 44100)
    sound = read_sound(path)
    assert sound.ndim == 1
    assert sound.dtype == np.int16
    assert len(sound) / SAMPLE_RATE_HZ == pytest.approx(1.0, abs=0.1)
    assert np.std(sound[4000:-4000]) == pytest.approx(8000 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("content", [None, b"not audio at all", b""])
def test_what_is_no_recording_is_refused_with_its_name(
    content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "speech.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SoundError, match=r"speech\.wav"):
        read_sound(path)


def test_flac_keeps_every_sample(tmp_path: Path) -> None:
    write_flac(tmp_path / "a.flac", tone(0.5))
    assert np.array_equal(read_sound(tmp_path / "a.flac"), tone(0.5))


def test_louder_is_in_decibels_and_cut_off_at_full_scale() -> None:
    assert np.max(louder(tone(0.1), -20)) == pytest.approx(800, abs=1)
    assert np.max(louder(tone(0.1), 20)) == 32767
    assert np.min(louder(tone(0.1), 20)) == -32768


def test_digital_silence_is_minus_100_dbfs() -> None:
    assert frames_dbfs(silence(0.02)).tolist() == [-100, -100]


@pytest.mark.parametrize("gain_db", [0, -25])
def test_bounds_are_those_of_the_sound_between_silences(gain_db: float) -> None:
    audio = louder(np.concatenate((silence(0.3), tone(1.0), silence(0.5))), gain_db)
    bounds = sound_bounds_seconds(audio)
    assert bounds == pytest.approx((0.3, 1.3), abs=0.02)


def test_bounds_are_found_over_a_quiet_room() -> None:
    room = np.random.default_rng(1).normal(0, 20, round(1.8 * SAMPLE_RATE_HZ))
    audio = (np.concatenate((silence(0.3), tone(1.0), silence(0.5))) + room).astype(np.int16)
    assert sound_bounds_seconds(audio) == pytest.approx((0.3, 1.3), abs=0.02)


def test_a_click_is_no_speech() -> None:
    click = silence(0.5)
    click[:80] = 20000
    bounds = sound_bounds_seconds(np.concatenate((click, tone(1.0), silence(0.5))))
    assert bounds == pytest.approx((0.5, 1.5), abs=0.02)


@pytest.mark.parametrize("audio", [silence(1.0), silence(0)])
def test_silence_has_no_bounds_and_no_loudness(audio: Samples) -> None:
    assert sound_bounds_seconds(audio) is None
    assert speech_dbfs(audio) is None


def test_loudness_of_speech_leaves_its_pauses_out() -> None:
    with_pauses = np.concatenate((silence(1.0), tone(0.5), silence(1.0), tone(0.5)))
    level = speech_dbfs(with_pauses)
    assert level == pytest.approx(20 * np.log10(8000 / np.sqrt(2) / 32768), abs=0.3)


def test_a_word_does_not_reach_into_the_pause_behind_it() -> None:
    audio = np.concatenate((silence(0.2), tone(0.5), silence(0.4), tone(0.5)))
    assert without_pause(audio, 0.2, 1.1) == pytest.approx(0.7, abs=0.02)
    assert without_pause(audio, 0.8, 1.0) == 1.0
    assert without_pause(silence(0), 0.0, 1.0) == 1.0
