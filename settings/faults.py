"""How a fault is told in a log: exception texts may hold what was said, type and place do not."""


def describe_fault(error: BaseException) -> str:
    """Return the type of an error and where it arose; of a group, those of all in it."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(describe_fault(inner) for inner in error.exceptions)
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place else ""
    return type(error).__name__ + where
