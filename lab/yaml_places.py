"""Knows in which line of a YAML file each of its values stands."""

from dataclasses import dataclass, field
from typing import Any, Final, Self

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Place = tuple[str | int, ...]
"""The keys and indexes, from 0, that lead to a value."""

_Loader: Final = yaml.SafeLoader


@dataclass(slots=True)
class YamlPlaces:
    """The content of a YAML text, with its lines."""

    content: Any
    """What the text says, in plain Python; None when it is empty."""
    lines: dict[Place, int] = field(default_factory=dict)
    """Where each value stands, counted from 1: at its key if it has one."""
    doubled: list[tuple[Place, str]] = field(default_factory=list)
    """Keys that stand twice in one mapping, of which YAML would silently keep the last."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text.

        Raises:
            yaml.YAMLError: it is not YAML.
        """
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            places = cls(None if root is None else loader.construct_document(root))
        finally:
            loader.dispose()
        if root is not None:
            places._walk(root, (), root.start_mark.line + 1)
        return places

    def line(self, place: Place) -> int | None:
        """Return the line of a value, or of the nearest part that holds it; None: it is empty."""
        return self.lines.get(self.nearest(place))

    def nearest(self, place: Place) -> Place:
        """Return a place that is in the text, or the nearest one above it."""
        while place and place not in self.lines:
            place = place[:-1]
        return place

    def _walk(self, node: Node, place: Place, line: int) -> None:
        self.lines[place] = line
        if isinstance(node, SequenceNode):
            for index, item in enumerate(node.value):
                self._walk(item, (*place, index), item.start_mark.line + 1)
        elif isinstance(node, MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value) if isinstance(key, ScalarNode) else "?"
                self._walk(value, (*place, name), key.start_mark.line + 1)
                if name in seen:
                    self.doubled.append((place, name))
                seen.add(name)


def place_text(place: Place) -> str:
    """Return a place as people write it, lists counted from 1: `lines 3, say`."""
    text = ""
    for part in place:
        text += f" {part + 1}" if isinstance(part, int) else f", {part}" if text else part
    return text or "the file"
