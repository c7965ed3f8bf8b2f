"""A playbook file is read, or refused with the line, the reason and the remedy."""

from pathlib import Path

import pytest

from playbook.file import PlaybookError, load_playbook, parse_playbook
from playbook.rules import Rule

pytestmark = pytest.mark.unit

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
HEAD = "name: Sales\nrules:\n"
GOOD = """\
# A comment
name: Sales
rules:
  - id: price-too-high
    phrases:
      - too expensive
      - "over our budget: far"
    say: >
      Ask what it is
      compared with.
    heard_from: anyone
    cooldown_seconds: 90.5
  - id: close
    phrases: [next step, sign]
    say: Offer a date.
"""


def write(folder: Path, content: str | bytes, name: str = "sales.yaml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(text: str) -> PlaybookError:
    with pytest.raises(PlaybookError) as caught:
        parse_playbook(text, "p.yaml")
    return caught.value


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    book = load_playbook(write(tmp_path, GOOD))
    assert book.name == "Sales"
    assert book.rules == (
        Rule(
            id="price-too-high",
            phrases=("too expensive", "over our budget: far"),
            say="Ask what it is compared with.",
            heard_from="anyone",
            cooldown_seconds=90.5,
        ),
        Rule(id="close", phrases=("next step", "sign"), say="Offer a date."),
    )
    assert (book.rules[1].heard_from, book.rules[1].cooldown_seconds) == ("guest", 120)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert len(load_playbook(write(tmp_path, content)).rules) == 2


def shipped() -> list[Path]:
    return sorted({PLAYBOOKS / "sales.yaml", *PLAYBOOKS.glob("*.yaml")})


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_the_playbooks_that_ship_are_good_and_hear_their_own_phrases(path: Path) -> None:
    book = load_playbook(path)
    for rule in book.rules:
        for phrase in rule.phrases:
            assert rule in [match.rule for match in book.matches(phrase)]


def test_a_file_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "support.yaml")
    write(tmp_path, GOOD, "hiring.yaml")
    with pytest.raises(PlaybookError, match=r"no such file.*hiring\.yaml, support\.yaml") as caught:
        load_playbook(tmp_path / "sales.yaml")
    assert caught.value.line is None


def test_a_folder_without_playbooks_says_so(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"There is no playbook \(\*\.yaml\)"):
        load_playbook(tmp_path / "nowhere" / "sales.yaml")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="cannot be read"):
        load_playbook(tmp_path)


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="line 2: it is not UTF-8") as caught:
        load_playbook(write(tmp_path, "name: Sales\nrules: café\n".encode("latin-1")))
    assert caught.value.line == 2


RULE = "  - id: a\n    phrases: [price]\n    say: Text.\n"

REFUSED = {
    "empty": ("", None, "empty", "name:"),
    "only a comment": ("# nothing\n", None, "empty", "name:"),
    "a list": ("- a\n", 1, "keys with values", "name, rules"),
    "a word": ("sales\n", 1, "keys with values", "name, rules"),
    "not yaml": (HEAD + "  - [a\n", 4, "not YAML", "Mend"),
    "colon in text": (HEAD + "  - id: a\n    say: Ask: why\n", 4, "not YAML", "quotes"),
    "tab": ("name: a\n\trules: b\n", 2, "not YAML", "Mend"),
    "two documents": (HEAD + RULE + "---\nname: b\n", 6, "not YAML", "Mend"),
    "control character": ("name: a\nrules: \x00\n", 2, "character", "Remove"),
    "unknown alias": (HEAD + "  - *a\n", 3, "not YAML", "Mend"),
    "nested too deep": ("name: " + "[" * 100_000, 1, "nested", "list"),
    "no name": ("rules:\n" + RULE, 1, "lacks the key 'name'", "Add name:"),
    "no rules": ("name: a\n", 1, "lacks the key 'rules'", "Add rules:"),
    "unknown top key": ("name: a\nrule: []\n", 2, "no key 'rule'", "name, rules"),
    "top key twice": ("name: a\nname: b\n", 2, "stands twice", "Keep one"),
    "empty name": ("name: ''\nrules:\n" + RULE, 1, "name is empty", "Write"),
    "name is a number": ("name: 7\nrules:\n" + RULE, 1, "YAML reads '7'", "quotes"),
    "name too long": (f"name: {'n' * 81}\nrules:\n{RULE}", 1, "81 characters", "80"),
    "rules is a text": ("name: a\nrules: b\n", 2, "must be a list", "'- '"),
    "rules is empty": ("name: a\nrules: []\n", 2, "at least one", "'- '"),
    "rule is a text": (HEAD + "  - price\n", 3, "a rule must be keys", "id, phrases, say"),
    "rule without say": (HEAD + "  - id: a\n    phrases: [b]\n", 3, "lacks the key 'say'", "Add"),
    "rule without id": (HEAD + "  - say: a\n    phrases: [b]\n", 3, "lacks the key 'id'", "Add"),
    "rule without phrases": (HEAD + "  - id: a\n    say: b\n", 3, "'phrases'", "Add"),
    "unknown rule key": (HEAD + RULE + "    cooldown: 3\n", 6, "'cooldown'", "cooldown_seconds"),
    "key that is a list": (HEAD + RULE + "    ? [a]\n    : 3\n", 6, "no key", "id, phrases"),
    "rule key twice": (HEAD + RULE + "    say: More.\n", 6, "'say' stands twice", "Keep one"),
    "id not kebab": (HEAD + RULE.replace("a\n", "Price_High\n", 1), 3, "'Price_High'", "hyphens"),
    "id with odd hyphen": (HEAD + RULE.replace("a\n", "a--b\n", 1), 3, "'a--b'", "hyphens"),
    "id too long": (HEAD + RULE.replace("a\n", "a" * 65 + "\n", 1), 3, "65 characters", "64"),
    "id twice": (HEAD + RULE + RULE.replace("price", "cost"), 6, "rule in line 3", "own"),
    "no phrases": (HEAD + RULE.replace("price", ""), 4, "at least one entry", "'- '"),
    "phrases is a text": (HEAD + RULE.replace("[price]", "price"), 4, "must be a list", "'- '"),
    "phrases left open": (HEAD + RULE.replace(" [price]", ""), 4, "must be a list", "'- '"),
    "empty phrase": (HEAD + RULE.replace("price", "''"), 4, "phrase is empty", "remove"),
    "phrase is a list": (HEAD + RULE.replace("price", "[a]"), 4, "must be a text", "quotes"),
    "phrase yaml takes for a truth": (HEAD + RULE.replace("price", "no"), 4, "'no'", "quotes"),
    "phrase without a word": (HEAD + RULE.replace("price", "'?!'"), 4, "no word", "Write"),
    "phrase of signs": (HEAD + RULE.replace("price", "'$ _'"), 4, "no word", "Write"),
    "phrase too long": (HEAD + RULE.replace("price", "p" * 121), 4, "121 characters", "120"),
    "phrase of many words": (HEAD + RULE.replace("price", "a " * 13), 4, "13 words", "12"),
    "say is empty": (HEAD + RULE.replace("Text.", "' '"), 5, "say is empty", "Write"),
    "say left open": (HEAD + RULE.replace(" Text.", ""), 5, "say must be a text", "Write"),
    "say is a mapping": (HEAD + RULE.replace("Text.", "{a: b}"), 5, "must be a text", "quotes"),
    "say too long": (HEAD + RULE.replace("Text.", "t" * 601), 5, "601 characters", "600"),
    "heard from nobody": (HEAD + RULE + "    heard_from: all\n", 6, "'all'", "guest, host, anyone"),
    "cooldown is a text": (
        HEAD + RULE + "    cooldown_seconds: abc\n",
        6,
        "no such",
        "0 to 86400",
    ),
    "cooldown is a truth": (HEAD + RULE + "    cooldown_seconds: yes\n", 6, "no such", "number"),
    "cooldown is quoted": (HEAD + RULE + "    cooldown_seconds: '5'\n", 6, "no such", "number"),
    "cooldown below zero": (HEAD + RULE + "    cooldown_seconds: -1\n", 6, "no such", "number"),
    "cooldown without end": (HEAD + RULE + "    cooldown_seconds: .inf\n", 6, "no such", "number"),
    "cooldown as a time": (HEAD + RULE + "    cooldown_seconds: 1:30\n", 6, "no such", "number"),
    "python object": (HEAD + RULE.replace("Text.", "!!python/name:os x"), 5, "text", "quotes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_playbook_is_refused_with_line_reason_and_remedy(case: str) -> None:
    text, line, reason, remedy = REFUSED[case]
    error = refusal(text)
    assert (error.file, error.line) == ("p.yaml", line)
    assert reason in error.reason
    assert remedy in error.remedy
    place = "p.yaml" if line is None else f"p.yaml, line {line}"
    assert str(error) == f"{place}: {error.reason}. {error.remedy}."


def two_rules(first: str, second: str, heard_first: str, heard_second: str) -> str:
    return HEAD + "".join(
        f"  - id: {name}\n    phrases: [{phrase}]\n    say: x\n    heard_from: {heard}\n"
        for name, phrase, heard in (("a", first, heard_first), ("b", second, heard_second))
    )


@pytest.mark.parametrize("second", ["price list", "Price-Lists", "pricing list"])
@pytest.mark.parametrize("heard", [("guest", "guest"), ("guest", "anyone"), ("anyone", "host")])
def test_two_rules_for_the_same_ear_may_not_share_a_phrase(
    second: str, heard: tuple[str, str]
) -> None:
    error = refusal(two_rules("price list", second, *heard))
    assert error.line == 8
    assert "'price list' of rule 'a' in line 4" in error.reason


def test_a_phrase_may_mean_one_thing_from_a_guest_and_another_from_a_host() -> None:
    book = parse_playbook(two_rules("price", "price", "guest", "host"), "p.yaml")
    assert [match.rule.id for match in book.matches("price", "host")] == ["b"]


def test_one_rule_may_spell_a_phrase_in_several_inflections() -> None:
    book = parse_playbook(HEAD + RULE.replace("[price]", "[price, prices]"), "p.yaml")
    assert book.rules[0].phrases == ("price", "prices")


def test_ids_on_one_line_are_told_apart() -> None:
    text = "name: a\nrules: [{id: a, phrases: [b], say: c}, {id: a, phrases: [d], say: e}]\n"
    assert "taken by the rule in line 2" in refusal(text).reason


def test_a_cooldown_may_be_zero() -> None:
    book = parse_playbook(HEAD + RULE + "    cooldown_seconds: 0\n", "p.yaml")
    assert book.rules[0].cooldown_seconds == 0


SPOKEN = HEAD + "  - id: a\n    phrases: [Gong]\n    say: x\n"


def test_pronunciations_are_read_one_or_several_for_a_word() -> None:
    text = SPOKEN + "pronunciations:\n  Gong: G AO NG\n  Jira: [JH IH R AH, JH IY R AH]\n"
    assert parse_playbook(text, "p.yaml").pronunciations == {
        "gong": (("G", "AO", "NG"),),
        "jira": (("JH", "IH", "R", "AH"), ("JH", "IY", "R", "AH")),
    }


@pytest.mark.parametrize(
    ("pronunciations", "line", "reason"),
    [
        ("  Gong: G AWW NG\n", 7, "'AWW' is no phone"),
        ("  Jira: JH IH R AH\n  Gong: G AO1 NG\n", 8, "'AO1' is no phone"),
        ('  Gong: " "\n', 7, "is empty"),
        ("  Gong: 12\n", 7, "must be a text"),
        ("  Gong: []\n", 7, "must be a text"),
        ("  sales force: S EY L Z\n", 7, "is not one word"),
        ("  Gong: G AO NG\n  gong: G AO NG\n", 8, "stands twice"),
        ("  - Gong\n", 7, "must be keys with values"),
    ],
)
def test_a_pronunciation_that_cannot_be_used_is_refused_with_its_line(
    pronunciations: str, line: int, reason: str
) -> None:
    error = refusal(SPOKEN + "pronunciations:\n" + pronunciations)
    assert error.line == line
    assert reason in error.reason
