from pathlib import Path

import pytest

from agent.minutes.template import TemplateError, TemplateShelf, parse_template
from playbook.file import load_playbook

pytestmark = pytest.mark.unit

FOLDER = Path("templates")


@pytest.mark.parametrize("name", ["free", "interview", "sales", "standup"])
def test_the_templates_that_come_along_can_be_used(name: str) -> None:
    template = TemplateShelf(FOLDER).load(name)
    assert template.name == name
    assert template.title
    assert set(template.parts()) >= {section.id for section in template.sections}


def test_a_playbook_names_its_template() -> None:
    for path in Path("playbooks").glob("*.yaml"):
        assert load_playbook(path).minutes_template in TemplateShelf(FOLDER).names()


def test_the_name_of_a_missing_template_brings_those_that_are_there() -> None:
    with pytest.raises(
        TemplateError, match="no template 'sale'; there are: free, interview, sales"
    ):
        TemplateShelf(FOLDER).load("sale")


@pytest.mark.parametrize("name", ["../secrets", "/etc/passwd", "", "sales.yaml"])
def test_a_name_that_is_no_name_reads_no_file(name: str) -> None:
    with pytest.raises(TemplateError, match="there is no template"):
        TemplateShelf(FOLDER).load(name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the template is empty"),
        ("instructions: x", "lacks the key 'title'"),
        ("title: x\nmood: y", "line 2: a template has no key 'mood'"),
        ("title: x\nsections: []", "line 2: sections must be a list"),
        ("title: x\nsections:\n- id: A b\n  title: y\n  look_for: z", "line 3: id is 'A b'"),
        (
            "title: x\nsections:\n- {id: a, title: y, look_for: z}\n"
            "- {id: a, title: y, look_for: z}",
            "line 4: the section 'a' stands twice",
        ),
        (
            "title: x\nsections:\n- {id: decisions, title: y, look_for: z}",
            "key_points",
        ),
        ("title: x\ncues:\n  mood: [y]", "line 3: cues has no key 'mood'"),
        ("title: x\ncues:\n  decisions: ['!']", "holds no word"),
        ("title: [x", "it is not YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(TemplateError, match=told):
        parse_template(text, "x.yaml", "x")
