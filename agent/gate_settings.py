"""When a segment of speech begins and ends."""

from dataclasses import dataclass
from typing import Final

_SENTENCE_MARKS: Final = frozenset(".?!…。？！")
_CLAUSE_MARKS: Final = frozenset(",;:،、，；")
_CLOSING_SIGNS: Final = "\"')]»”’ "


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """The speech gate's thresholds and times."""

    start_probability: float = 0.5
    """A window at least this likely to be speech can begin a segment."""
    stay_probability: float = 0.35
    """A window less likely than this counts as silence inside a segment."""
    start_windows: int = 2
    """Windows of speech in a row that begin a segment."""
    pre_roll_seconds: float = 0.3
    """Audio from before the first window of speech that goes with a segment, at least."""
    doubted_seconds: float = 1.0
    """Speech without a pause that was taken for background and goes with a segment when it turns
    out to be none, at most."""
    silence_seconds: float = 0.22
    """Silence that ends a segment, while its text says nothing about it."""
    sentence_silence_seconds: float = 0.19
    """Silence that ends a segment whose text is a whole sentence."""
    sentence_words: int = 4
    """Words that a sentence has at least; "Well." is mostly the beginning of one."""
    clause_silence_seconds: float = 0.4
    """Silence that ends a segment whose text stops at a comma."""
    loud_silence_seconds: float = 3.5
    """What ends a segment, whatever its text, while the sound without speech stays as loud as the
    speech was in a room that had been quiet: it may all have been the room."""
    tail_seconds: float = 0.1
    """How much of the silence that ends a segment goes with it."""
    turn_end_probability: float = 0.36
    """With the library's end-of-turn model: who has said all they wanted to say with at least this
    probability is given `sentence_silence_seconds`, everybody else `clause_silence_seconds`."""
    near_above_background_db: float = 6.0
    """Speech that is so much louder than what the microphone mostly hears begins a segment. Over
    76 plays of the lab's lines with eight people talking 16 dB below the voice, these figures let
    nothing of them through (before, 41 segments) and one segment at 13 dB, in a model of the gate
    that sees each window's level."""
    on_above_background_db: float = 2.0
    """And so much louder, it goes on with one."""
    near_below_voice_db: float = 6.0
    """Speech that is less than so much softer than the person's own voice does both."""
    near_above_lowest_db: float = 10.0
    """As long as the background is not known, speech begins a segment that is so much louder than
    the quietest moment: babble rises less in a second."""
    near_dbfs: float = -26.0
    """Or so loud: who is heard for the first time in the middle of a sentence is at the microphone.
    The lab's voices speak at some -18, and people 16 dB behind them stay below -28."""
    quiet_room_dbfs: float = -60.0
    """Where it is mostly softer than this, nobody talks in the background."""
    voice_seconds: float = 3.0
    """Seconds of speech in which the level of that voice is learned and followed."""
    background_seconds: float = 10.0
    """Seconds without a segment of which the background is learned."""
    longest_segment_seconds: float = 15.0
    """A segment without such a silence is cut, at the quietest place of the last seconds."""
    look_back_seconds: float = 3.0
    """How far back the quietest place may be."""

    def silence_when(self, turn_end: float) -> float:
        """Return the silence that ends a segment whose turn has ended with this probability."""
        if turn_end >= self.turn_end_probability:
            return self.sentence_silence_seconds
        return self.clause_silence_seconds

    def silence_after(self, text: str) -> float:
        """Return the silence that ends a segment of which this is the newest interim.

        The sign at its end tells a pause from an end. A recognizer that writes no punctuation
        changes nothing: an interim always lags behind, so that there is no sign does not mean
        that the sentence goes on.
        """
        sign = text.rstrip(_CLOSING_SIGNS)[-1:]
        if sign in _CLAUSE_MARKS:
            return self.clause_silence_seconds
        if sign in _SENTENCE_MARKS and len(text.split()) >= self.sentence_words:
            return self.sentence_silence_seconds
        return self.silence_seconds
