import re

import pytest
from pydantic import TypeAdapter, ValidationError

from token_server.names import DisplayName, RoomName, make_room_name

pytestmark = pytest.mark.unit

ROOM = TypeAdapter(RoomName)
PERSON = TypeAdapter(DisplayName)


@pytest.mark.parametrize("name", ["a", "A9", "acme-demo", "x_y-z", "r" * 64])
def test_plain_room_names_are_taken(name: str) -> None:
    assert ROOM.validate_python(name) == name


@pytest.mark.parametrize("name", ["", "-a", "_a", "a b", "a/b", "é", "a\n", "..", "r" * 65])
def test_other_room_names_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(ValidationError, match="1 to 64 of the characters"):
        ROOM.validate_python(name)


@pytest.mark.parametrize("name", ["Ana", "José Núñez", "李雷", "می‌خواهم", "👩‍💻 Eve"])
def test_names_of_people_everywhere_are_taken(name: str) -> None:
    assert PERSON.validate_python(name) == name


def test_blanks_around_a_name_are_taken_off() -> None:
    assert PERSON.validate_python("  Ana ") == "Ana"


@pytest.mark.parametrize("name", ["", "   ", "n" * 65])
def test_a_name_of_the_wrong_length_is_refused_with_the_limit(name: str) -> None:
    with pytest.raises(ValidationError, match="1 to 64 characters"):
        PERSON.validate_python(name)


@pytest.mark.parametrize("name", ["A\nB", "A\x00", "A\u202eB", "\u200bA", "A\u2028B", "\ufeffA"])
def test_a_name_with_characters_that_hide_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="invisible"):
        PERSON.validate_python(name)


def test_made_room_names_are_readable_and_differ() -> None:
    names = {make_room_name() for _ in range(200)}

    assert len(names) == 200
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", name) for name in names)
    assert all(ROOM.validate_python(name) == name for name in names)
