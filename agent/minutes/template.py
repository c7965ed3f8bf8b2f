"""What minutes are asked to hold: a template, read from its YAML file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from yaml.nodes import Node

from playbook.nodes import NodeReader, PlaybookError, compose
from playbook.rules import phrase_stems

KEY_POINTS: Final = "key_points"
DECISIONS: Final = "decisions"
ACTION_ITEMS: Final = "action_items"
OPEN_QUESTIONS: Final = "open_questions"
INSIGHTS: Final = "insights"
FIXED_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        DECISIONS: "What was decided or agreed; also when they take back what was decided before.",
        ACTION_ITEMS: "What somebody said they will do or took on, with who and by when.",
        OPEN_QUESTIONS: "What was asked and not answered, or left to be found out.",
        KEY_POINTS: "What else matters: facts, figures, wishes, problems.",
        INSIGHTS: "What one speaker wants, promises or fears; the quoted line must be theirs.",
    }
)
"""The parts that all minutes have, each with what to look for."""

_CUED_PARTS: Final = (DECISIONS, ACTION_ITEMS, OPEN_QUESTIONS)
_ID: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LONGEST_TITLE: Final = 80
_LONGEST_TEXT: Final = 2000
_LONGEST_CUE: Final = 120
_MOST_SECTIONS: Final = 12
_LISTED: Final = 20


class TemplateError(Exception):
    """A template cannot be used; the text says where, why, and what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part that a template adds."""

    id: str
    title: str
    look_for: str
    cues: tuple[str, ...] = ()
    """Phrases by which the extractive writer knows a sentence of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What minutes are asked to hold."""

    name: str
    """Of its file, without the ending."""
    title: str
    """The kind of meeting, in words for people."""
    instructions: str = ""
    sections: tuple[Section, ...] = ()
    cues: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """More phrases for the extractive writer, by fixed part. No model sees them: not hashed."""

    def parts(self) -> dict[str, str]:
        """Return every part with what to look for."""
        return {**FIXED_PARTS, **{section.id: section.look_for for section in self.sections}}


class TemplateShelf:
    """Loads templates by name from a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Return what there is, in the order of the alphabet."""
        return tuple(sorted(path.stem for path in self._folder.glob("*.yaml")))

    def load(self, name: str) -> Template:
        """Read and check a template; blocks for the file.

        Raises:
            TemplateError: there is none of that name, or it is no proper template.
        """
        path = self._folder / f"{name}.yaml"
        if not _ID.fullmatch(name) or name not in self.names():
            known = ", ".join(self.names()[:_LISTED]) or f"none is in {self._folder}"
            raise TemplateError(f"there is no template {name!r}; there are: {known}")
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise TemplateError(f"{path} is not UTF-8; save it as UTF-8") from None
        except OSError as error:
            raise TemplateError(f"{path} cannot be read ({error.strerror})") from None
        return parse_template(text, str(path), name)


def parse_template(text: str, file: str, name: str) -> Template:
    """Check the text of a template.

    Args:
        text: YAML.
        file: what errors call it.
        name: of the template.

    Raises:
        TemplateError: the text is no proper template.
    """
    try:
        root = compose(text, file)
        if root is None:
            raise TemplateError(f"{file}: the template is empty; give it at least a title:")
        return _Reader(file).template(root, name)
    except PlaybookError as error:
        raise TemplateError(str(error)) from None


class _Reader(NodeReader):
    """Walks the nodes of one file."""

    def template(self, root: Node, name: str) -> Template:
        top = self.mapping(
            root,
            "a template",
            required=("title",),
            optional=("instructions", "sections", "cues"),
        )
        instructions = top.get("instructions")
        return Template(
            name=name,
            title=self.text(top["title"], "title", _LONGEST_TITLE),
            instructions=self.text(instructions, "instructions", _LONGEST_TEXT)
            if instructions
            else "",
            sections=self.sections(top.get("sections")),
            cues=self.cues_of_parts(top.get("cues")),
        )

    def sections(self, node: Node | None) -> tuple[Section, ...]:
        if node is None:
            return ()
        found: dict[str, Section] = {}
        for item in self.items(node, "sections"):
            section = self.section(item)
            if section.id in found or section.id in FIXED_PARTS:
                remedy = f"Give it an id of its own; {', '.join(FIXED_PARTS)} are taken"
                raise self.wrong(item, f"the section {section.id!r} stands twice", remedy)
            found[section.id] = section
        if len(found) > _MOST_SECTIONS:
            reason = f"there are {len(found)} sections"
            raise self.wrong(node, reason, f"Keep {_MOST_SECTIONS} or fewer")
        return tuple(found.values())

    def section(self, node: Node) -> Section:
        fields = self.mapping(
            node, "a section", required=("id", "title", "look_for"), optional=("cues",)
        )
        section_id = self.text(fields["id"], "id", 64)
        if not _ID.fullmatch(section_id):
            remedy = "Use small letters, digits and single hyphens, as in next-steps"
            raise self.wrong(fields["id"], f"id is {section_id!r}", remedy)
        return Section(
            id=section_id,
            title=self.text(fields["title"], "title", _LONGEST_TITLE),
            look_for=self.text(fields["look_for"], "look_for", _LONGEST_TEXT),
            cues=self.cues(fields.get("cues")),
        )

    def cues_of_parts(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        if node is None:
            return {}
        found = self.mapping(node, "cues", required=(), optional=_CUED_PARTS)
        return {part: self.cues(phrases) for part, phrases in found.items()}

    def cues(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        return tuple(self.cue(item) for item in self.items(node, "cues"))

    def cue(self, node: Node) -> str:
        cue = self.text(node, "a cue", _LONGEST_CUE)
        if not phrase_stems(cue):
            raise self.wrong(node, f"the cue {cue!r} holds no word", "Write words to look for")
        return cue
