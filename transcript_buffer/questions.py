"""Tells whether something heard is a question; a recognizer may have written no question mark."""

import re
from typing import Final

_BE: Final = r"(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|may|might)"
_WHO: Final = (
    r"(?:i|you|we|they|he|she|it|there|this|that|these|those|the|a|an|your|our|my|any|anyone|"
    r"anybody|someone|everyone|people)"
)
_LEAD: Final = (
    r"(?:(?:and|but|so|well|okay|ok|now|then|also|um|uh|er|yes|yeah|no|right|sorry|hey|hi|"
    r"actually|just|maybe|first|great|thanks|thank you|by the way)[,.]? )*"
)
# At the start of a sentence: "what", "how much"; but "when you have time, call" is none.
_ASKS_FIRST: Final = re.compile(
    rf"^{_LEAD}(?:(?:in|on|at|by|for|from|to|with|of|until|since) (?:which|what|whom)|"
    rf"what(?:'s| is)?|how|who(?:'s)?|whose|which|where(?:'s)?|why|"
    rf"when(?= {_BE}\b)|{_BE}(?:n't)? (?:not )?{_WHO}\b|"
    rf"{_BE}(?:n't)? \w+ (?:\w+ )?(?:cost|support|include|included|have|work|available|possible|"
    r"integrate|mean|need|come|offer)\b)\b",
    re.IGNORECASE,
)
# Anywhere: what only a question has. A pocketsphinx final may run two sentences together.
_ASKS: Final = re.compile(
    r"\b(?:how (?:much|many|long|often|soon|fast|big|do|does|is|are|can|would|about)|"
    r"(?:can|could|would|will) you (?:tell|explain|show|send|say|share|walk|give)|"
    r"do you (?:have|support|offer|know|provide|integrate|charge|need|use|store|give|work)|"
    r"(?:is|are) there (?:a|an|any)|what about|what (?:is|are|was|were|do|does|did|would|will|"
    r"kind|happens|if)|what's (?:the|your|included)|where (?:is|are|do|does)|"
    r"(?:i|we)(?:'d| would)? (?:like|love|want|need) to know|"
    r"(?:i|we)(?:'m| am|'re| are|was|were)? ?(?:was |were )?wondering|"
    r"(?:i|we) wonder (?:if|whether|how|what)|tell (?:me|us) (?:about|how|what|more|whether)|"
    r"my question is)\b",
    re.IGNORECASE,
)


def is_question(text: str) -> bool:
    """Tell whether a text asks something, by its sign, its first words or its order of words."""
    return find_question(text) is not None


def find_question(text: str) -> str | None:
    """Return the part of a text that asks something, without what stands before; None: none does.

    Of several questions the first is returned, with what follows it: sentences that a recognizer
    runs together cannot be told apart behind it.
    """
    parts = [part.strip() for part in re.split(r"(?<=[.!?;])\s+", text)]
    for number, part in enumerate(parts):
        if _ASKS_FIRST.match(part) or part.endswith("?"):
            return " ".join(parts[number:])
        if asked := _ASKS.search(part):
            return " ".join([part[asked.start() :], *parts[number + 1 :]])
    return None
