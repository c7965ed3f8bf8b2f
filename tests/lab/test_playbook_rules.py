"""What the lab knows of playbooks."""

from pathlib import Path

import pytest

from lab.call_file import load_call
from lab.playbook_rules import PlaybookRulesError, read_playbook_rules, stems
from playbook.file import load_playbook

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yaml"))
CALLS = sorted((ROOT / "lab" / "calls").glob("*.yaml"))

PLAYBOOK = """\
name: test
rules:
  - id: pricing
    phrases: [the price, prices]
    say: It depends.
  - id: best-price
    phrases: [best of the price]
    say: None.
  - id: promise
    phrases: [I promise]
    heard_from: host
    say: Careful.
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "test.yaml"
    path.write_text(text)
    return path


def test_words_of_one_stem_are_one() -> None:
    assert stems("Prices, pricing") == stems("price price")


def test_the_longest_phrase_speaks_and_each_rule_once(tmp_path: Path) -> None:
    rules = read_playbook_rules(written(tmp_path, PLAYBOOK))
    twice = rules.triggered("What is the price, and the pricing?", "guest")
    assert [(rule.id, phrase) for rule, phrase in twice] == [("pricing", "the price")]
    inside = rules.triggered("That is the best of the price.", "guest")
    assert [rule.id for rule, _ in inside] == ["best-price"]


def test_a_rule_listens_to_its_role_only(tmp_path: Path) -> None:
    rules = read_playbook_rules(written(tmp_path, PLAYBOOK))
    assert list(rules.triggered("I promise", "guest")) == []
    assert [rule.id for rule, _ in rules.triggered("I promise", "host")] == ["promise"]
    assert rules.find("promise") is not None
    assert rules.find("nothing") is None


@pytest.mark.parametrize("text", [None, "", "rules: 3", "- a", "rules: [{id: a}]", "a: [", "\x00"])
def test_what_is_no_playbook_is_told_by_its_name(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "test.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(PlaybookRulesError, match=r"test\.yaml"):
        read_playbook_rules(path)


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_the_worker_can_load_the_playbooks_in_the_tree(path: Path) -> None:
    playbook = load_playbook(path)
    assert playbook.name == path.stem
    assert {rule.id for rule in playbook.rules} == {r.id for r in read_playbook_rules(path).rules}


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
def test_lab_and_worker_agree_on_what_the_lines_of_the_calls_trigger(path: Path) -> None:
    call = load_call(path)
    file = ROOT / "playbooks" / f"{call.playbook}.yaml"
    rules, playbook = read_playbook_rules(file), load_playbook(file)
    for line in call.lines:
        role = call.participant(line.who).role
        worker = {match.rule.id for match in playbook.matches(line.say, role)}
        assert {rule.id for rule, _ in rules.triggered(line.say, role)} == worker
