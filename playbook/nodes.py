"""The YAML nodes of a playbook file, which know their lines; what is wrong is told with one."""

from dataclasses import dataclass
from typing import Final, cast

import yaml
import yaml.reader
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_DEEPEST: Final = 16
_TEXT: Final = "tag:yaml.org,2002:str"
_NUMBERS: Final = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")

# libyaml's where the wheel has it, as safe: ten thousand phrases in a moment, the same nodes.
SafeLoader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlaybookError(Exception):
    """A playbook cannot be used."""

    def __init__(self, file: str, line: int | None, reason: str, remedy: str) -> None:
        """Say where, why, and what to do.

        Args:
            file: the playbook's file as the caller named it.
            line: counted from 1; None when no line is to blame.
            reason: what is wrong.
            remedy: what to change.
        """
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {reason}. {remedy}.")
        self.file = file
        self.line = line
        self.reason = reason
        self.remedy = remedy


def compose(text: str, file: str) -> Node | None:
    """Turn the text of a file into YAML nodes; None when there is nothing.

    Raises:
        PlaybookError: it is not YAML, or nested deeper than any playbook.
    """
    try:
        _check_depth(text, file)
        return yaml.compose(text, Loader=SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        remedy = "Remove it, or write it as an escape within double quotes"
        raise PlaybookError(file, line, "a character is not allowed here", remedy) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = mark.line + 1 if mark else None
        remedy = "Mend it there or in the line before; quote a text that holds ': ' or ' #'"
        if (error.problem or "").startswith("mapping values"):
            remedy = "Put a text that holds ': ' into quotes"
        raise PlaybookError(file, place, f"it is not YAML ({error.problem})", remedy) from error


def line_of(node: Node) -> int:
    """Return the line of a node, counted from 1."""
    return int(node.start_mark.line) + 1


def find_number(node: Node) -> float | None:
    """Return the number that a node is, or None when it is none."""
    if not isinstance(node, ScalarNode) or node.tag not in _NUMBERS:
        return None
    try:
        return float(node.value)
    except ValueError:
        return None  # YAML 1.1 knows more numbers: 0x1F, 1:30, .inf


@dataclass(slots=True)
class NodeReader:
    """Takes the nodes of one file for what they should be, or says what is wrong with them."""

    file: str
    """What errors call it."""

    def mapping(
        self, node: Node, what: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        """Return the values of a mapping by their keys.

        Raises:
            PlaybookError: it is none, or a key is missing, unknown or there twice.
        """
        allowed = ", ".join(required + optional)
        if not isinstance(node, MappingNode):
            raise self.wrong(node, f"{what} must be keys with values", f"Write its keys: {allowed}")
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "(not a word)"
            if name not in required + optional:
                raise self.wrong(key, f"{what} has no key {name!r}", f"Its keys are {allowed}")
            if name in found:
                raise self.wrong(key, f"the key {name!r} stands twice", "Keep one of the two")
            found[name] = value
        for name in required:
            if name not in found:
                raise self.wrong(node, f"{what} lacks the key {name!r}", f"Add {name}:")
        return found

    def items(self, node: Node, what: str) -> list[Node]:
        """Return the entries of a list.

        Raises:
            PlaybookError: it is none, or empty.
        """
        if not isinstance(node, SequenceNode) or not node.value:
            remedy = "Write each entry on a line of its own that begins with '- '"
            raise self.wrong(node, f"{what} must be a list with at least one entry", remedy)
        return cast("list[Node]", node.value)

    def text(self, node: Node, what: str, most: int) -> str:
        """Return a text of at most so many characters, without white space around it.

        Raises:
            PlaybookError: it is none, empty or too long.
        """
        if not isinstance(node, ScalarNode):
            remedy = "Write one text; in quotes if it holds ': ', brackets or braces"
            raise self.wrong(node, f"{what} must be a text", remedy)
        if node.tag != _TEXT:
            given = repr(node.value) if node.value else "nothing"
            remedy = "Put it into quotes" if node.value else "Write a text after it"
            raise self.wrong(node, f"{what} must be a text, YAML reads {given} otherwise", remedy)
        text = str(node.value).strip()
        if not text:
            raise self.wrong(node, f"{what} is empty", "Write a text, or remove the entry")
        if len(text) > most:
            remedy = f"Shorten it to {most} characters"
            raise self.wrong(node, f"{what} has {len(text)} characters", remedy)
        return text

    def wrong(self, node: Node, reason: str, remedy: str) -> PlaybookError:
        """Return the error of a node."""
        return PlaybookError(self.file, line_of(node), reason, remedy)


def _check_depth(text: str, file: str) -> None:
    """Refuse what no playbook needs: composing deep nodes ends libyaml's process, not the call."""
    depth = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            remedy = "Write rules as a list of keys with values, phrases as a list of texts"
            line = event.start_mark.line + 1 if event.start_mark else None
            raise PlaybookError(file, line, "it is nested too deep", remedy)
