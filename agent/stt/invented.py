"""Tells text that a Whisper-like model has made up from text that was spoken.

Such models write something even when there was nothing: on near-silence the closing words of
videos ("Thanks for watching!"), on short noise a whole sentence, and sometimes the prompt again.
The same words may really be said, so a text is only doubted with a reason in the sound:

- the model itself says that there was no speech, by Whisper's own rule: in every part the
  probability of no speech is above 0.6 and the mean log probability below -1;
- more words than a mouth can say in the time;
- the sound is quiet throughout, and the text is one of the known phrases or repeats the prompt.
"""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from agent.stt.segments import KeptSegment

QUIET_DBFS: Final = -45.0
"""Speech into a microphone has windows of 100 ms at -35 and above; a still room is below -50."""
_NO_SPEECH_PROBABILITY: Final = 0.6
_UNSURE_LOG_PROBABILITY: Final = -1.0
_WORDS_PER_SECOND: Final = 7.0
_WORDS_AT_LEAST: Final = 3
_PHRASES: Final = frozenset(
    """
    you|thank you|thank you very much|thank you so much|thanks|thanks for watching
    |thank you for watching|thank you so much for watching|thanks for listening
    |please subscribe|please subscribe to my channel|like and subscribe|bye|bye bye|goodbye|okay
    |so|the end|see you next time|see you in the next video|i'll see you in the next video|silence
    |music|applause|subtitles by the amara org community|transcription by castingwords
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


class HeardPart(BaseModel):
    """What the model thinks of a part of its own text (`segments` of `verbose_json`)."""

    model_config = ConfigDict(extra="ignore")

    no_speech_prob: float = 0.0
    avg_logprob: float = 0.0


def is_invented(
    text: str, segment: KeptSegment, *, parts: Sequence[HeardPart] = (), prompt: str = ""
) -> bool:
    """Tell whether a text was hardly spoken in a segment."""
    words = re.findall(r"[\w']+", text.lower())
    if parts and all(_is_empty(part) for part in parts):
        return True
    if len(words) > _WORDS_AT_LEAST + _WORDS_PER_SECOND * segment.seconds:
        return True
    said = " ".join(words)
    if said not in _PHRASES and not _repeats(said, prompt):
        return False
    return segment.loudest_dbfs() < QUIET_DBFS


def _is_empty(part: HeardPart) -> bool:
    return (
        part.no_speech_prob > _NO_SPEECH_PROBABILITY and part.avg_logprob < _UNSURE_LOG_PROBABILITY
    )


def _repeats(said: str, prompt: str) -> bool:
    return bool(said) and said in " ".join(re.findall(r"[\w']+", prompt.lower()))
