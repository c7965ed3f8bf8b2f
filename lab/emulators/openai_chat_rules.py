"""What the emulated model answers: by rules, from the prompt, so that it depends on what was said.

The prompt is read as the product sends it: the last user message is JSON, and the wanted answer
is told by the names of the schema's fields. Never by anything else: a prompt that lacks what a
rule needs gets an empty answer, as from a model that knows nothing to say.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from lab.emulators.openai_chat_minutes import find_statements, sum_up
from lab.emulators.openai_chat_words import DUE, QUESTION, WORD, tells

Fields = Mapping[str, Any]

_ADVICE: Final = (
    (
        {"price", "cost", "costs", "expensive", "budget", "pay"},
        "Ask what {topic} costs them today.",
    ),
    ({"cancel", "leave", "switch", "competitor"}, "Ask {who} what would make them stay."),
    ({"when", "deadline", "soon", "week", "month", "friday"}, "Offer {who} a date for {topic}."),
    ({"secure", "security", "privacy", "safe"}, "Name how {topic} is protected."),
    ({"problem", "slow", "broken", "fails", "difficult"}, "Ask {who} how often {topic} happens."),
)
_GREETING: Final = re.compile(
    r"^(?:hi|hello|hey|good morning|thanks|thank you|yes|yeah|okay|ok|bye)\b[\w\s,.!]{0,20}$",
    re.IGNORECASE,
)
_INTENTS: Final = (
    ("task_list", r"\b(?:list|show|what are)\b.*\btasks?\b"),
    ("task_complete", r"\b(?:is|are|mark|i have|i've)\b.*\b(?:done|finished|complete)\b"),
    ("task_change", r"\b(?:change|move|postpone)\b"),
    ("note", r"\bnote\b"),
    ("summarize", r"\b(?:summari[sz]e|sum up)\b"),
    ("task_create", r"\b(?:remind|task|remember to|todo|to do)\b"),
    ("ask", r"^(?:what|when|where|who|why|how|which|did|does|is)\b"),
)
_LONGEST_QUOTE: Final = 8
_SUMMARY_WORDS: Final = 120


def answer(schema: Fields, material: Fields) -> dict[str, Any]:
    """Return an answer that follows a schema, from the material of a prompt."""
    fields = list(schema.get("properties", {}))
    for names, rule in _RULES:
        if names <= set(fields):
            made = rule(material)
            return {name: made.get(name, "") for name in fields}
    raise ValueError(f"no rule makes an answer of {fields}")


def _advise(material: Fields) -> dict[str, Any]:
    """Advise on the newest line of another person; nothing on small talk, or what was told."""
    nothing = {"line": 0, "quote": "", "brief": 0, "say": ""}
    line = _newest_of_another(material.get("transcript", []))
    if line is None or _GREETING.match(line["said"]):
        return nothing
    words = WORD.findall(line["said"])
    topic = max((word for word in words if tells(word)), key=len, default="")
    if not topic:
        return nothing
    brief = _best_brief(material.get("brief", []), line["said"])
    say = _say(material, line, topic)
    if brief:
        say = f"Tell {line['who']}: {brief['text']}"
    if any(told["say"] == say for told in material.get("told", [])):
        return nothing
    return {
        "line": line["line"],
        "quote": _quote(line["said"], topic),
        "brief": brief["number"] if brief else 0,
        "say": say,
    }


def _say(material: Fields, line: Fields, topic: str) -> str:
    said = {word.lower() for word in WORD.findall(line["said"])}
    if rule := material.get("rule"):
        say = f"{rule} {line['who']} spoke of {topic}."
    elif advice := next((text for words, text in _ADVICE if words & said), None):
        say = advice.format(who=line["who"], topic=topic)
    elif QUESTION.search(line["said"]):
        say = f"Answer {line['who']}'s question about {topic} first."
    else:
        say = f"Ask {line['who']} to say more about {topic}."
    goal = material.get("goal")
    return f"{say} Keep in mind: {goal}" if goal else say


def _summarize(material: Fields) -> dict[str, Any]:
    told = [f"{line['who']} said: {line['said']}" for line in material.get("transcript", [])]
    words = " ".join([material.get("summary", ""), *told]).split()
    return {"summary": " ".join(words[-_SUMMARY_WORDS:])}


def _answer_question(material: Fields) -> dict[str, Any]:
    """Answer with the two lines that share the most telling words with the question."""
    asked = {word.lower() for word in WORD.findall(material.get("question", "")) if tells(word)}
    ranked = sorted(
        (
            (len(asked & {word.lower() for word in WORD.findall(line["said"])}), line)
            for line in material.get("transcript", [])
        ),
        key=lambda pair: -pair[0],
    )
    best = [line for shared, line in ranked[:2] if shared]
    best.sort(key=lambda line: line["line"])
    return {
        "quotes": [
            {"line": line["line"], "words": " ".join(line["said"].split()[:_LONGEST_QUOTE])}
            for line in best
        ],
        "answer": " ".join(f"{line['who']} said: {line['said']}" for line in best),
    }


def _read_command(material: Fields) -> dict[str, Any]:
    words = str(material.get("words", ""))
    intent = next((name for name, form in _INTENTS if re.search(form, words, re.I)), "none")
    due = DUE.search(words)
    what = DUE.sub("", words).strip(" .,")
    what = re.sub(r"^(?:please )?(?:remind \w+|note(?: that| this)?|remember)(?: to)? ?", "", what)
    named = [
        name for name in material.get("people", []) if name.split()[0].lower() in words.lower()
    ]
    me = re.search(r"\b(?:me|i)\b", words, re.I)
    return {
        "intent": intent,
        "what": " ".join(what.split()),
        "about": " ".join(what.split()) if intent in {"task_complete", "task_change"} else "",
        "who": named[0] if named else ("me" if me else ""),
        "due": due[0] if due else "",
    }


_RULES: Final[Sequence[tuple[set[str], Callable[[Fields], dict[str, Any]]]]] = (
    ({"line", "quote", "say"}, _advise),
    ({"statements"}, find_statements),
    ({"withdrawn", "summary"}, sum_up),
    ({"summary"}, _summarize),
    ({"quotes", "answer"}, _answer_question),
    ({"intent", "what", "who", "due"}, _read_command),
)


def _newest_of_another(transcript: Sequence[Fields]) -> Fields | None:
    """Return the newest line of anybody but a host; a question before what is no question."""
    others = [line for line in transcript if line.get("role") != "host"]
    if not others:
        return None
    newest = others[-1]
    # What the same person went on to say after a question leaves the question open.
    for line in reversed(others[-3:]):
        if line["who"] == newest["who"] and QUESTION.search(line["said"]):
            return line
    return newest


def _quote(said: str, topic: str) -> str:
    """Return some words around the topic, as they stand there."""
    words = said.split()
    at = next(number for number, word in enumerate(words) if topic in word)
    start = max(0, min(at - _LONGEST_QUOTE // 2, len(words) - _LONGEST_QUOTE))
    return " ".join(words[start : start + _LONGEST_QUOTE])


def _best_brief(brief: Sequence[Fields], said: str) -> Fields | None:
    telling = {word.lower() for word in WORD.findall(said) if tells(word)}
    for line in brief:
        if len(telling & {word.lower() for word in WORD.findall(line["text"])}) >= 2:
            return line
    return None


def read_prompt(body: Fields) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema that a request asks for, and the material of its prompt.

    Raises:
        ValueError: the prompt is not one of Sidenote's.
    """
    messages = body["messages"]
    material = json.loads(messages[-1]["content"])
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        return form["json_schema"]["schema"], material
    told = messages[0]["content"]
    at = told.rfind("JSON Schema:")
    if at < 0:
        raise ValueError("neither response_format nor the system message has a schema")
    schema, _ = json.JSONDecoder().raw_decode(told[told.index("{", at) :])
    return schema, material
