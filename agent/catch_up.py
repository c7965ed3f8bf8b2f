"""What a participant missed, page by page, with the participant's own rights."""

from typing import Any, Final, TypeVar

from pydantic import BaseModel

from agent.attendance import Attendance
from agent.call_settings import CallSettings
from agent.keeper import Keeper
from agent.publisher import Publisher
from agent.refusals import UnavailableError
from records import Store
from records.catch_up import Missed, transcript_number
from wire.answers import Answer
from wire.consent import Erased
from wire.controls import CatchUpReply, CatchUpRequest, CaughtSegment
from wire.gap import Gap
from wire.talking_point import TalkingPoint
from wire.tasks import Task

PAGE_BYTES: Final = 14_500
"""Of a reply; an RPC carries 15 KiB."""
_MOST_ITEMS: Final = 100
"""Of each list; more hardly fit into a page."""
_LONGEST_STRINGS: Final = (1000, 500, 320)
"""Characters to which the texts of a message are cut, in turn, when it fills a page alone; ids
and names are never that long."""

_LIST_OF: Final[dict[type[BaseModel], str]] = {
    CaughtSegment: "segments",
    Erased: "erased",
    Gap: "gaps",
    TalkingPoint: "talking_points",
    Task: "tasks",
    Answer: "answers",
}

Item = TypeVar("Item", bound=BaseModel)


class CatchUp:
    """Answers `CATCH_UP_METHOD` from the store."""

    def __init__(
        self,
        *,
        store: Store,
        room_sid: str,
        keeper: Keeper,
        publisher: Publisher,
        attendance: Attendance,
        settings: CallSettings,
    ) -> None:
        self._store = store
        self._room_sid = room_sid
        self._keeper = keeper
        self._publisher = publisher
        self._attendance = attendance
        self._settings = settings

    async def reply(self, caller: str, request: CatchUpRequest) -> CatchUpReply:
        """Return the next page of what a caller missed.

        What is given a number from now on reaches the caller as it comes.

        Raises:
            UnavailableError, StoreUnavailableError: the store is away, or lacks what waits for it.
        """
        is_host = self._attendance.find_role(caller) == "host"
        newest, newest_final = self._publisher.last_sequence, self._keeper.last_sequence
        if not (await self._keeper.write_waiting() and await self._publisher.write_waiting()):
            raise UnavailableError("the store is away, and you miss what is not in it; try again")
        # Numbers of another meeting, or of one that the store has lost a part of: begin anew.
        since = request.since if request.since <= newest else 0
        final_since = request.transcript_since if request.transcript_since <= newest_final else 0
        missed = await self._store.list_missed(
            self._room_sid,
            transcript_since=final_since,
            since=since if is_host else None,
            most=_MOST_ITEMS,
        )
        here = CatchUpReply(
            meeting=self._room_sid,
            since=since if is_host else 0,
            transcript_since=final_since,
            more=True,
        )
        last = here.model_copy(
            update={
                "since": newest if is_host else 0,
                "transcript_since": newest_final,
                "more": False,
                "state": self._settings.state() if is_host else None,
            }
        )
        return make_page(missed, here=here, last=last)


def make_page(
    missed: Missed, *, here: CatchUpReply, last: CatchUpReply, most_bytes: int = PAGE_BYTES
) -> CatchUpReply:
    """Return as much of what was missed as a page holds, in the order of the numbers.

    Args:
        missed: what was missed.
        here: a page that holds nothing and leads to itself.
        last: a page that holds nothing but what stands in the last one.
        most_bytes: of the page as JSON.
    """
    last = _shorten(last, most_bytes)
    chosen: dict[str, list[BaseModel]] = {}
    reached: dict[str, int] = {}
    left = most_bytes - _bytes(here)
    for item in (*missed.transcript, *missed.private):
        fitting = _shorten(item, left) if not chosen else item
        left -= _bytes(fitting) + 1  # and a comma
        if left < 0 and chosen:
            break
        chosen.setdefault(_LIST_OF[type(item)], []).append(fitting)
        if isinstance(item, CaughtSegment | Erased | Gap):
            reached["transcript_since"] = transcript_number(item)
        else:
            reached["since"] = item.sequence
    else:
        if not missed.more and left >= _bytes(last) - _bytes(here):
            return last.model_copy(update=chosen)
    return here.model_copy(update=chosen | reached)


def _shorten(item: Item, most_bytes: int) -> Item:
    """Return a message that fills no more than a page; one that does not fit loses words."""
    for longest in _LONGEST_STRINGS:
        if _bytes(item) <= most_bytes:
            break
        item = type(item).model_validate(_cut(item.model_dump(), longest))
    return item


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, dict):
        return {key: _cut(part, longest) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(part, longest) for part in value]
    if isinstance(value, str) and len(value) > longest:
        return value[: longest - 1] + "…"
    return value


def _bytes(message: BaseModel) -> int:
    return len(message.model_dump_json().encode())
