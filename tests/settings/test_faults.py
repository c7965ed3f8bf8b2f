import pytest

from settings.faults import describe_fault

pytestmark = pytest.mark.unit

SECRET = "quartzbeetle"


def fail() -> None:
    raise ValueError(SECRET)


def test_a_fault_is_told_by_type_and_place_and_not_by_its_text() -> None:
    with pytest.raises(ValueError, match=SECRET) as caught:
        fail()

    told = describe_fault(caught.value)
    assert told.startswith(f"ValueError in {__name__}.test_a_fault_is_told")
    assert told.endswith(f" > {__name__}.fail:{fail.__code__.co_firstlineno + 1}")
    assert SECRET not in told


def test_a_group_is_told_by_all_that_is_in_it() -> None:
    inner = ExceptionGroup("inner", [KeyError(SECRET)])

    assert describe_fault(ExceptionGroup("outer", [OSError(SECRET), inner])) == "OSError; KeyError"
