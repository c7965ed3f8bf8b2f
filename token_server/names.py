"""Names that people give: to rooms and to themselves."""

import re
import secrets
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

NAME_LENGTH: Final = 64
"""Most characters of a room's or a person's name."""

_ROOM_NAME: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{NAME_LENGTH - 1}}}", re.ASCII)
# Joiners inside emoji and Persian or Indic words; every other format character can hide text.
_JOINERS: Final = frozenset("\u200c\u200d")
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
# No letters or digits that are mistaken for each other when read aloud or copied by hand.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def _room_name(text: str) -> str:
    if not _ROOM_NAME.fullmatch(text):
        raise ValueError(
            f"must be 1 to {NAME_LENGTH} of the characters A-Z a-z 0-9 _ - and begin with a "
            f"letter or digit; this one has {len(text)} characters"
        )
    return text


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _display_name(text: str) -> str:
    if not 1 <= len(text) <= NAME_LENGTH:
        raise ValueError(f"must have 1 to {NAME_LENGTH} characters, not {len(text)}")
    return check_printable(text)


def check_printable(text: str) -> str:
    """Return a name as it is.

    Raises:
        ValueError: it holds what cannot be seen.
    """
    if any(unicodedata.category(char) in _UNPRINTABLE and char not in _JOINERS for char in text):
        raise ValueError("holds line breaks or invisible characters; leave them out")
    return text


RoomName = Annotated[str, AfterValidator(_room_name)]
"""What a room is called; fits into a path and into a file name."""

DisplayName = Annotated[str, BeforeValidator(_strip), AfterValidator(_display_name)]
"""What a person is called; blanks at both ends are taken off."""


def make_room_name() -> str:
    """Return a new room name that is short to say and cannot be guessed (59 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
