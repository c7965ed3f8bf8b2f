"""Word error rate and speed of the local recognizer on ordinary sentences that it was not tuned to.

Each sentence of `benchmarks/sentences.txt` is rendered by a synthetic voice, goes through the
speech gate in frames of 50 ms, and through a recognizer process, as in a call. Voices of Debian's
flite and espeak-ng; what is missing on this machine is left out and said so. Then eight
people talk at once, the hardest a search can be given: what a second of it costs, and how long its
final takes.
"""

import asyncio
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import jiwer
import numpy as np
import soundfile
from numpy.typing import NDArray

from agent.speech_gate import SAMPLE_RATE_HZ, SpeechEnd, SpeechGate, SpeechStart
from agent.stt.recognizer import RecognizerPool, SegmentDecode
from benchmarks.spoken_call import read_lines
from lab.noise import LISTENER_DBFS, at_level, generated
from lab.sound import as_samples

SENTENCES: Final = Path(__file__).with_name("sentences.txt")
VOICES: Final = (("flite", "slt"), ("flite", "rms"), ("flite", "awb"), ("espeak-ng", "en-us"))
QUICK_SENTENCES: Final = 10
FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 20
# As loud as a quiet room in front of a microphone: no microphone gives zeros.
ROOM_NOISE: Final = 16.0
BABBLE_SECONDS: Final = 12


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure every voice that this machine can render; return the figures by voice."""
    sentences = SENTENCES.read_text(encoding="utf-8").split("\n")
    sentences = [sentence for sentence in sentences if sentence][
        : QUICK_SENTENCES if quick else None
    ]
    figures: dict[str, Any] = {}
    for engine, voice in VOICES:
        if not shutil.which(engine):
            print(f"  {engine} {voice:<6} left out: apt-get install {engine}")
            continue
        measured = asyncio.run(_measure(engine, voice, sentences))
        figures[f"{engine} {voice}"] = measured
        print(
            f"  {engine} {voice:<6} {measured['word_error_rate']:6.1%} of "
            f"{measured['words']} words wrong; decoding takes "
            f"{measured['real_time_factor']:.2f} s for a second of speech"
        )
    figures["babble"] = measured = asyncio.run(_measure_babble())
    print(
        f"  eight at once    decoding takes {measured['real_time_factor']:.2f} s for a second; "
        f"the final of {BABBLE_SECONDS} s comes {measured['final_delay_ms']} ms after its end"
    )
    return figures


async def _measure_babble() -> dict[str, Any]:
    lines = [line.samples for line in read_lines()]
    sound = generated("babble", BABBLE_SECONDS * SAMPLE_RATE_HZ, 1, lines)
    babble = as_samples(at_level(sound, LISTENER_DBFS))
    async with RecognizerPool(1) as pool:
        segment = pool.open_segment(None, lambda _: None)
        for start in range(0, len(babble), FRAME_SAMPLES):
            segment.push(babble[start : start + FRAME_SAMPLES].tobytes())
            # No faster than it would be said, so that only its end is left to do at the end.
            await asyncio.sleep(FRAME_SAMPLES / SAMPLE_RATE_HZ)
        ended = time.monotonic()
        segment.end()
        recognized = await segment.final
        delay = time.monotonic() - ended
    return {
        "seconds": BABBLE_SECONDS,
        "real_time_factor": round(recognized.decode_seconds / BABBLE_SECONDS, 3),
        "final_delay_ms": round(delay * 1000),
    }


async def _measure(engine: str, voice: str, sentences: list[str]) -> dict[str, Any]:
    audio = [render(engine, voice, sentence) for sentence in sentences]
    heard: list[str] = []
    decode_seconds = 0.0
    cmn: str | None = None
    started = time.monotonic()
    async with RecognizerPool(1) as pool:
        for samples in audio:
            words: list[str] = []
            for segment in segments(pool, samples, cmn):
                recognized = await segment.final
                cmn = recognized.cmn
                decode_seconds += recognized.decode_seconds
                words.append(recognized.text)
            heard.append(" ".join(words).strip() or "-")
    speech_seconds = sum(map(len, audio)) / SAMPLE_RATE_HZ
    return {
        "word_error_rate": round(jiwer.wer(sentences, heard), 4),
        "words": sum(len(sentence.split()) for sentence in sentences),
        "speech_seconds": round(speech_seconds, 1),
        "real_time_factor": round(decode_seconds / speech_seconds, 3),
        "seconds": round(time.monotonic() - started, 1),
    }


def segments(
    pool: RecognizerPool, samples: NDArray[np.int16], cmn: str | None
) -> list[SegmentDecode]:
    gate = SpeechGate()
    segments: list[SegmentDecode] = []
    for start in range(0, len(samples), FRAME_SAMPLES):
        for event in gate.push(samples[start : start + FRAME_SAMPLES]):
            if isinstance(event, SpeechEnd):
                segments[-1].end()
                continue
            if isinstance(event, SpeechStart):
                segments.append(pool.open_segment(cmn, lambda _: None))
            segments[-1].push(event.samples.tobytes())
    if gate.flush():
        segments[-1].end()
    return segments


def render(engine: str, voice: str, sentence: str) -> NDArray[np.int16]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        command = (
            ["flite", "-voice", voice, "-t", sentence, "-o", str(path)]
            if engine == "flite"
            else ["espeak-ng", "-v", voice, "-w", str(path), sentence]
        )
        subprocess.run(command, check=True, capture_output=True)
        spoken, rate = soundfile.read(path, dtype="float64")
    count = len(spoken) * SAMPLE_RATE_HZ // rate
    spoken = np.interp(np.arange(count) * rate / SAMPLE_RATE_HZ, np.arange(len(spoken)), spoken)
    silence = np.zeros(SAMPLE_RATE_HZ)
    whole = np.concatenate((silence, spoken * 32767, silence))
    noise = np.random.default_rng(len(sentence)).normal(0, ROOM_NOISE, len(whole))
    return np.clip(whole + noise, -32768, 32767).astype(np.int16)
