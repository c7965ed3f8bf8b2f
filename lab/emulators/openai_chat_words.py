"""What the rules of the emulated model know of words."""

import re
from typing import Final

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COMMON: Final = re.compile(
    r"about|after|also|because|been|before|could|does|doing|else|even|"
    r"every|from|gets|give|going|have|here|into|just|know|like|look|make|"
    r"many|more|most|much|must|need|only|other|over|really|said|same|"
    r"should|some|such|take|tell|than|that|their|them|then|there|these|"
    r"they|thing|think|this|those|very|want|well|were|what|when|where|"
    r"which|will|with|would|your|yours"
)
QUESTION: Final = re.compile(
    r"\?\s*$|^(?:and |so |but )*"
    r"(?:what|when|where|who|why|how|which|can|could|do|does|is|are|will)\b",
    re.IGNORECASE,
)
DUE: Final = re.compile(
    r"\b(?:(?:on|by|until|next|this) )*(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|"
    r"satur|sun)day|next (?:week|month))\b",
    re.IGNORECASE,
)


def tells(word: str) -> bool:
    """Whether a word says what somebody speaks of."""
    return len(word) > 3 and not _COMMON.fullmatch(word.lower())
