"""What the lab needs to know of a playbook: which phrase makes which rule speak.

The lab never imports the worker, so it reads the file by itself; whether the playbook is a
proper one the worker says when it loads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import snowballstemmer
import yaml
from pydantic import BaseModel, ValidationError

from lab.words import find_words, spoken_words

_stemmer: Final = snowballstemmer.stemmer("english")


class PlaybookRule(BaseModel):
    """A rule of a playbook, as far as the lab reads it."""

    id: str
    phrases: tuple[str, ...]
    heard_from: Literal["guest", "host", "anyone"] = "guest"

    def listens_to(self, role: str) -> bool:
        """Whether the speech of a role can make the rule speak."""
        return self.heard_from in (role, "anyone")


class PlaybookRulesError(Exception):
    """A playbook cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookRules:
    """The rules of a playbook."""

    rules: tuple[PlaybookRule, ...]

    def find(self, rule_id: str) -> PlaybookRule | None:
        """Return a rule; None: there is none of this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def triggered(self, text: str, role: str) -> Iterator[tuple[PlaybookRule, str]]:
        """Tell each rule that a text makes speak, with the phrase; the longest phrase wins."""
        spoken = stems(text)
        found: list[tuple[int, int, PlaybookRule, str]] = []
        for rule in self.rules:
            for phrase in rule.phrases:
                wanted = stems(phrase)
                start = find_words(spoken, wanted)
                if start is not None and rule.listens_to(role):
                    found.append((start, start + len(wanted), rule, phrase))
        told: set[str] = set()
        for start, end, rule, phrase in found:
            inside = any(a <= start and end <= b and (a, b) != (start, end) for a, b, *_ in found)
            if not inside and rule.id not in told:
                told.add(rule.id)
                yield rule, phrase


def stems(text: str) -> list[str]:
    """Return the words of a text as playbooks compare them: price, prices, pricing are one."""
    return [str(stem) for stem in _stemmer.stemWords(spoken_words(text))]


def read_playbook_rules(path: Path) -> PlaybookRules:
    """Read the rules of a playbook file.

    Raises:
        PlaybookRulesError: there is no such file, or it holds no rules.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        rules = tuple(PlaybookRule.model_validate(rule) for rule in content["rules"])
    except OSError as error:
        raise PlaybookRulesError(f"there is no playbook {path}") from error
    except (UnicodeDecodeError, yaml.YAMLError, ValidationError, TypeError, KeyError) as error:
        raise PlaybookRulesError(f"{path} is no playbook") from error
    return PlaybookRules(rules=rules)
