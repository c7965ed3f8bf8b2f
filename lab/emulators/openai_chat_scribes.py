"""Models that write bad minutes, each in its own way, from what an honest one would write.

What Sidenote promises must hold with them: what one invents stands in no minutes, what one misses
another has found, and what none of them may say (an owner who is not there, a date that was never
spoken) is refused.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

Fields = Mapping[str, Any]
Scribe = Literal["invents", "misses", "careless"]

INVENTED: Final = "Everybody gets a new car."
"""What a model that invents adds; no call of the lab says it."""
_NEVER_SAID: Final = "a new car for everybody"
_NAME: Final = re.compile(r"\b[A-Z][a-z]{2,}(?= (?:from|will|should)\b)")
_DATE: Final = "by Friday"


def spoil(scribe: Scribe, honest: Fields, material: Fields) -> dict[str, Any]:
    """Return the answer of a bad model.

    Args:
        scribe: invents: adds a decision that nobody said, and one that rests on other words.
            misses: leaves the first decision and the last action item out. careless: takes
            whoever is named first for an owner, gives every action item a date, and does not
            notice what is taken back.
        honest: what an honest one would answer.
        material: of the prompt.
    """
    fields = copy.deepcopy(dict(honest))
    if "withdrawn" in fields and scribe == "careless":
        fields["withdrawn"] = []
    if "statements" not in fields:
        return fields
    statements = fields["statements"]
    lines = material.get("transcript", [])
    if scribe == "invents" and lines:
        statements += [_invention(lines[0]["line"], _NEVER_SAID)]
        statements += [_invention(lines[-1]["line"], lines[-1]["said"])]
    elif scribe == "misses":
        _drop_one(statements, "decisions", 0)
        _drop_one(statements, "action_items", -1)
    elif scribe == "careless":
        for statement in statements:
            if statement["part"] == "action_items":
                _fall_into_traps(statement)
    return fields


def _invention(line: int, words: str) -> dict[str, Any]:
    evidence = [{"line": line, "words": words}]
    return {
        "part": "decisions",
        "evidence": evidence,
        "text": INVENTED,
        "owner": "",
        "due": "",
    }


def _drop_one(statements: list[dict[str, Any]], part: str, which: int) -> None:
    of_part = [statement for statement in statements if statement["part"] == part]
    if of_part:
        statements.remove(of_part[which])


def _fall_into_traps(statement: dict[str, Any]) -> None:
    named = _NAME.search(statement["evidence"][0]["words"])
    statement["owner"] = named[0] if named else statement["owner"]
    statement["due"] = statement["due"] or _DATE
