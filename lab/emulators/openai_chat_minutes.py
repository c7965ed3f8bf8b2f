"""What the emulated model answers when it is asked for minutes: by rules, from what was said.

First it finds statements in a stretch of the meeting, then it sums all of them up. It is an honest
model: `openai_chat_scribes` makes it a bad one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lab.emulators.openai_chat_words import DUE, QUESTION, WORD, tells

Fields = Mapping[str, Any]
Statement = dict[str, Any]

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_DECIDES: Final = re.compile(
    r"\b(?:decided (?:to|on|that)|agreed (?:to|on|that)|agreed, \w+|we go with|"
    r"we (?:will|are going to) (?!see|hear|need))",
    re.I,
)
_PROPOSES: Final = re.compile(r"\blet us\b|\bhow about\b|\bi (?:suggest|propose)\b", re.I)
_ASSENTS: Final = re.compile(
    r"^(?:yes|agreed|fine|all right|of course|that (?:is|sounds) (?:fine|good|right)|"
    r"that makes sense|good idea)\b",
    re.I,
)
_TAKES_BACK: Final = re.compile(
    r"\btake (?:that|it|this) back\b|\bwe will not\b|\bforget (?:that|it|about)\b|\bno longer\b|"
    r"\bthere will be no\b",
    re.I,
)
_PROMISES: Final = re.compile(r"\b(?:i will|i'll|i can help|i want to finish)\b", re.I)
_OWES: Final = re.compile(
    r"\b(?:[Yy]ou will hear from us|(?P<name>[A-Z][a-z]+)(?: from \w+)? (?:will|should|must))\b"
)
_NO_NAMES: Final = frozenset({"We", "You", "It", "He", "She", "They", "That", "This", "There"})
_LEAVES_OPEN: Final = re.compile(
    r"\bdo not know\b|\bnobody can tell\b|\bno idea\b|\bis (?:still )?open\b|\bfind out\b", re.I
)
_WISHES: Final = re.compile(r"\b(?:i|we) (?:want|need|would like|hope)\b|\bmy \w+ has to\b", re.I)
_DATE: Final = re.compile(
    rf"{DUE.pattern}|\bthis (?:morning|afternoon|evening)\b|\bin an? (?:hour|week|month)\b", re.I
)
_KEY_WORDS: Final = 12
"""A sentence of so many words is a key point, for want of a better rule."""
_SUMMARY_WORDS: Final = 220
_TITLE_WORDS: Final = 3
_OF_DECIDING: Final = frozenset({"decided", "agreed", "finally", "somebody"})


def find_statements(material: Fields) -> dict[str, Any]:
    """Return the statements of a stretch, in the order of time."""
    lines: Sequence[Fields] = material.get("transcript", [])
    people: Sequence[str] = material.get("people", [])
    found = (
        _state(line, _reply(lines, place), sentence, people)
        for place, line in enumerate(lines)
        for sentence in _SENTENCE.split(line["said"].strip())
    )
    return {"statements": [statement for statement in found if statement]}


def _reply(lines: Sequence[Fields], place: int) -> Fields:
    """Return what the next one who speaks says to a line."""
    who = lines[place]["who"]
    return next((line for line in lines[place + 1 :] if line["who"] != who), {})


def _state(line: Fields, reply: Fields, sentence: str, people: Sequence[str]) -> Statement | None:
    answer = str(reply.get("said", ""))
    asks = bool(QUESTION.search(sentence))
    if (asks and _LEAVES_OPEN.search(answer)) or re.search(r"\bnobody can tell me\b", sentence):
        return _statement("open_questions", f"{line['who']} asked: {sentence}", line, sentence)
    if asks:
        return None
    if owed := _owed(line, sentence, people):
        return owed
    if _TAKES_BACK.search(sentence) or _DECIDES.search(sentence):
        return _statement("decisions", sentence, line, sentence)
    if _PROPOSES.search(sentence) and _ASSENTS.search(answer):
        agreed = _statement("decisions", sentence, line, sentence)
        agreed["evidence"].append({"line": reply["line"], "words": answer})
        return agreed
    if _WISHES.search(sentence):
        return _statement("insights", sentence, line, sentence)
    if len(WORD.findall(sentence)) >= _KEY_WORDS:
        return _statement("key_points", sentence, line, sentence)
    return None


def _owed(line: Fields, sentence: str, people: Sequence[str]) -> Statement | None:
    """Return what somebody will do; who is not there owns nothing."""
    owner = ""
    if _PROMISES.search(sentence):
        owner = line["who"]
    elif match := _OWES.search(sentence):
        name = match["name"]
        if name in _NO_NAMES:
            return None
        owner = line["who"] if name is None else name if name in people else ""
    else:
        return None
    date = _DATE.search(sentence)
    due = date[0] if date else ""
    return _statement(
        "action_items", f"{owner or 'Somebody'}: {sentence}", line, sentence, owner=owner, due=due
    )


def _statement(
    part: str, text: str, line: Fields, words: str, *, owner: str = "", due: str = ""
) -> Statement:
    return {
        "part": part,
        "evidence": [{"line": line["line"], "words": words}],
        "text": text,
        "owner": owner,
        "due": due,
    }


def sum_up(material: Fields) -> dict[str, Any]:
    """Return what becomes of all statements: what is taken back, a title, a summary."""
    statements: Sequence[Fields] = material.get("statements", [])
    withdrawn = list(_withdrawn(statements))
    gone = {one["number"] for one in withdrawn}
    summary: list[dict[str, Any]] = []
    left = min(int(material.get("words", _SUMMARY_WORDS)), _SUMMARY_WORDS)
    for statement in statements:
        left -= len(statement["text"].split())
        if left < 0:
            break
        if statement["number"] not in gone:
            summary.append({"numbers": [statement["number"]], "text": statement["text"]})
    decisions = [one for one in statements if one["part"] == "decisions"]
    last = next((one for one in reversed(decisions or statements)), None)
    return {
        "withdrawn": withdrawn,
        "title": _title(statements),
        "summary": summary,
        "conclusion": {
            "numbers": [last["number"]] if last else [],
            "text": last["text"] if last else "",
        },
    }


def _withdrawn(statements: Sequence[Fields]) -> Iterator[dict[str, int]]:
    """Tell which decisions a later one takes back: the newest one that speaks of the same."""
    for place, later in enumerate(statements):
        if not _TAKES_BACK.search(later["text"]):
            continue
        about = _telling(later["text"])
        for earlier in reversed(statements[:place]):
            if earlier["part"] == "decisions" and about & _telling(earlier["text"]):
                yield {"number": earlier["number"], "by": later["number"]}
                break


def _title(statements: Sequence[Fields]) -> str:
    counts: dict[str, int] = {}
    for statement in statements:
        if statement["part"] in {"decisions", "action_items"}:
            for word in sorted(_telling(statement["text"]) - _OF_DECIDING):
                counts[word] = counts.get(word, 0) + 1
    most = sorted(counts, key=lambda word: (-counts[word], word))[:_TITLE_WORDS]
    return f"About {', '.join(most)}" if most else "A meeting"


def _telling(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text) if tells(word)}
