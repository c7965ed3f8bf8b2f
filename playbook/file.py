"""Reads a playbook from its YAML file, and refuses what no call could use."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast, get_args

from yaml.nodes import MappingNode, Node, SequenceNode

from playbook.nodes import NodeReader, PlaybookError, compose, find_number, line_of
from playbook.phones import Phones
from playbook.pronunciation import phones_of
from playbook.rules import (
    DEFAULT_COOLDOWN_SECONDS,
    DEFAULT_HEARD_FROM,
    HeardFrom,
    Playbook,
    Rule,
    phrase_stems,
)

__all__ = ["PlaybookError", "load_playbook", "parse_playbook"]

_LONGEST_NAME: Final = 80
_LONGEST_ID: Final = 64
_LONGEST_PHRASE: Final = 120
_MOST_WORDS: Final = 12
_LONGEST_SAY: Final = 600
_LONGEST_COOLDOWN_SECONDS: Final = 86_400
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LISTED: Final = 20


def load_playbook(path: Path) -> Playbook:
    """Read and check a playbook file (UTF-8, YAML).

    Raises:
        PlaybookError: the file does not exist, cannot be read, or is no proper playbook.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise PlaybookError(str(path), None, "there is no such file", _known(path)) from error
    except OSError as error:
        reason = f"it cannot be read ({error.strerror})"
        raise PlaybookError(str(path), None, reason, "Make it a readable file") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PlaybookError(str(path), line, "it is not UTF-8", "Save it as UTF-8") from error
    return parse_playbook(text, str(path))


def parse_playbook(text: str, file: str) -> Playbook:
    """Check the text of a playbook; `file` is what errors call it.

    Raises:
        PlaybookError: the text is no proper playbook.
    """
    root = compose(text, file)
    if root is None:
        raise PlaybookError(
            file, None, "the playbook is empty", "Give it a name: and a list of rules:"
        )
    return _Reader(file).playbook(root)


@dataclass(slots=True)
class _Reader(NodeReader):
    """Walks the nodes of one file, and knows what it has met so far."""

    rule_lines: dict[str, int] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], list[tuple[Rule, str, int]]] = field(default_factory=dict)

    def playbook(self, root: Node) -> Playbook:
        top = self.mapping(
            root,
            "a playbook",
            required=("name", "rules"),
            optional=("pronunciations", "minutes"),
        )
        name = self.text(top["name"], "name", _LONGEST_NAME)
        nodes = self.items(top["rules"], "rules")
        rules = tuple(self.rule(node) for node in nodes)
        return Playbook(
            name,
            rules,
            self.pronunciations(top.get("pronunciations")),
            minutes_template=self.template_name(top.get("minutes")),
        )

    def template_name(self, node: Node | None) -> str:
        if node is None:
            return ""
        name = self.text(node, "minutes", _LONGEST_ID)
        if not _ID.fullmatch(name):
            remedy = "Write the name of a file in templates/ without its ending, as in sales"
            raise self.wrong(node, f"minutes is {name!r}", remedy)
        return name

    def pronunciations(self, node: Node | None) -> dict[str, tuple[Phones, ...]]:
        """Read how words are said: by word one text of phones, or several in a list."""
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            remedy = 'Write words with their phones, as in Gong: "G AO NG"'
            raise self.wrong(node, "pronunciations must be keys with values", remedy)
        found: dict[str, tuple[Phones, ...]] = {}
        for key, value in node.value:
            word = self.text(key, "a word of pronunciations", _LONGEST_PHRASE)
            if len(phrase_stems(word)) != 1 or any(letter.isspace() for letter in word):
                reason = f"{word!r} under pronunciations is not one word"
                raise self.wrong(key, reason, "List each word of a phrase by itself")
            if word.lower() in found:
                remedy = "Keep one of the two; several ways to say it go into a list"
                raise self.wrong(key, f"the word {word!r} stands twice", remedy)
            ways = value.value if isinstance(value, SequenceNode) and value.value else [value]
            found[word.lower()] = tuple(self.phones(word, way) for way in ways)
        return found

    def phones(self, word: str, node: Node) -> Phones:
        text = self.text(node, f"the pronunciation of {word!r}", _LONGEST_PHRASE)
        try:
            return phones_of(text)
        except ValueError as error:
            remedy = 'Write the CMU dictionary\'s phones without stress, as in "S EY L Z F AO R S"'
            reason = f"the pronunciation of {word!r} cannot be used: {error}"
            raise self.wrong(node, reason, remedy) from error

    def rule(self, node: Node) -> Rule:
        fields = self.mapping(
            node,
            "a rule",
            required=("id", "phrases", "say"),
            optional=("heard_from", "cooldown_seconds"),
        )
        nodes = self.items(fields["phrases"], "phrases")
        rule = Rule(
            id=self.rule_id(fields["id"]),
            phrases=tuple(self.phrase(item) for item in nodes),
            say=self.text(fields["say"], "say", _LONGEST_SAY),
            heard_from=self.heard_from(fields.get("heard_from")),
            cooldown_seconds=self.cooldown(fields.get("cooldown_seconds")),
        )
        for phrase, item in zip(rule.phrases, nodes, strict=True):
            self.claim(rule, phrase, item)
        return rule

    def rule_id(self, node: Node) -> str:
        rule_id = self.text(node, "id", _LONGEST_ID)
        if not _ID.fullmatch(rule_id):
            remedy = "Use small letters, digits and single hyphens, as in price-too-high"
            raise self.wrong(node, f"id is {rule_id!r}", remedy)
        if rule_id in self.rule_lines:
            reason = f"id {rule_id!r} is taken by the rule in line {self.rule_lines[rule_id]}"
            raise self.wrong(node, reason, "Give each rule an id of its own")
        self.rule_lines[rule_id] = line_of(node)
        return rule_id

    def phrase(self, node: Node) -> str:
        phrase = self.text(node, "phrase", _LONGEST_PHRASE)
        words = len(phrase_stems(phrase))
        if not words:
            remedy = "Write the words to listen for; signs alone are never heard"
            raise self.wrong(node, f"the phrase {phrase!r} holds no word", remedy)
        if words > _MOST_WORDS:
            remedy = f"Nobody says that many the same way again: write {_MOST_WORDS} or fewer"
            raise self.wrong(node, f"the phrase has {words} words", remedy)
        return phrase

    def claim(self, rule: Rule, phrase: str, node: Node) -> None:
        """Refuse a phrase that another rule listens for from the same people."""
        claims = self.phrases.setdefault(phrase_stems(phrase), [])
        for other, other_phrase, line in claims:
            everyone = "anyone" in (rule.heard_from, other.heard_from)
            if other is not rule and (everyone or rule.heard_from == other.heard_from):
                raise self.wrong(
                    node,
                    f"the phrase {phrase!r} is the same to the ear as {other_phrase!r} "
                    f"of rule {other.id!r} in line {line}",
                    "Keep it in one of the two rules, or make one of them longer",
                )
        claims.append((rule, phrase, line_of(node)))

    def heard_from(self, node: Node | None) -> HeardFrom:
        if node is None:
            return DEFAULT_HEARD_FROM
        value = self.text(node, "heard_from", _LONGEST_NAME)
        for known in get_args(HeardFrom):
            if value == known:
                return cast("HeardFrom", known)
        remedy = f"Write one of {', '.join(get_args(HeardFrom))}"
        raise self.wrong(node, f"heard_from is {value!r}", remedy)

    def cooldown(self, node: Node | None) -> float:
        if node is None:
            return DEFAULT_COOLDOWN_SECONDS
        seconds = find_number(node)
        if seconds is None or not 0 <= seconds <= _LONGEST_COOLDOWN_SECONDS:
            remedy = f"Write a number of seconds from 0 to {_LONGEST_COOLDOWN_SECONDS}"
            raise self.wrong(node, "cooldown_seconds is no such number", remedy)
        return seconds


def _known(path: Path) -> str:
    try:
        names = sorted(entry.name for entry in path.parent.glob("*.yaml"))
    except OSError:
        names = []
    if not names:
        return f"There is no playbook (*.yaml) in {path.parent}: check the folder"
    more = ", ..." if len(names) > _LISTED else ""
    return f"Choose one that is there: {', '.join(names[:_LISTED])}{more}"
