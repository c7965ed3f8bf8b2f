"""What is forgotten of meetings with everything that belongs to it: rows and files."""

import logging
from collections.abc import Sequence

from records import Meeting
from records.sound import delete_erased_sound, sound_folder
from records.uploads import upload_folder
from token_server import problems
from token_server.desk import Desk
from token_server.problems import ProblemError

_log = logging.getLogger(__name__)


async def forget_meetings(desk: Desk, room_sids: Sequence[str]) -> int:
    """Forget meetings, and return how many there were.

    Files go first: as long as a meeting is there, one may try again.

    Raises:
        FilesUnavailableError: some files are left; so are the meetings, or `delete_left_files`
            goes on.
        StoreUnavailableError: the meetings are left; or traces of them are, and
            `Store.remove_traces` goes on.
    """
    await _delete_files(desk, room_sids)
    desk.half_forgotten.update(room_sids)
    forgotten = await desk.store.forget_meetings(room_sids)
    # What a worker had under way came after the first time; now it knows that nobody wants it.
    await _delete_files(desk, room_sids)
    desk.half_forgotten.difference_update(room_sids)
    return forgotten


async def delete_left_files(desk: Desk) -> None:
    """Delete the files of meetings that are gone already: nobody can ask for that again.

    Raises:
        FilesUnavailableError: some files are left; do it again.
        StoreUnavailableError: the store is away; do it again.
    """
    for room_sid in list(desk.half_forgotten):
        if await desk.store.find_meeting(room_sid) is None:
            await _delete_files(desk, [room_sid])
            desk.half_forgotten.discard(room_sid)


async def forget_upload(desk: Desk, room_sid: str, room_name: str) -> None:
    """Forget a recording with the meeting that became of it; one under way is broken off.

    Raises:
        FilesUnavailableError: some files are left, and the meeting; do it again.
        StoreUnavailableError: the meeting is left, or traces of it are; do it again.
    """
    await forget_meetings(desk, [room_sid])
    try:
        await desk.media_server.delete_room(room_name)
    except ProblemError as error:
        # Its job finds out by itself that the upload is gone.
        _log.warning("the room of upload %s was not deleted: %s", room_sid, error)


async def forget_words(desk: Desk, meeting: Meeting, identity: str) -> None:
    """Forget what a participant said in a meeting whose call is over, and the sound of it.

    Raises:
        ProblemError: nobody of this identity spoke.
        FilesUnavailableError: the words are gone, and some files are left; do it again.
        StoreUnavailableError: not all is forgotten, or traces are left; do it again.
    """
    listed = await desk.store.find_listed_meeting(meeting.room_sid)
    if listed is None or all(one.identity != identity for one in listed.speakers):
        raise ProblemError(
            problems.PARTICIPANT_NOT_FOUND,
            "nobody of this identity spoke in the meeting",
            f"GET /meetings/{meeting.room_sid} lists who did",
        )
    if meeting.kind == "upload":
        # The recording holds the voices of all in one.
        await desk.files.delete_folder(upload_folder(meeting.room_sid))
    erased = await desk.store.forget_words(meeting.room_sid, identity)
    await delete_erased_sound(desk.store, desk.files)
    _log.info("meeting %s: %d segments of one participant erased", meeting.room_sid, erased or 0)


async def _delete_files(desk: Desk, room_sids: Sequence[str]) -> None:
    for room_sid in room_sids:
        for folder in (sound_folder(room_sid), upload_folder(room_sid)):
            await desk.files.delete_folder(folder)


async def check_call_is_over(desk: Desk, meeting: Meeting, remedy: str) -> None:
    """Make sure that no agent serves a meeting: it would write anew what is deleted here.

    Raises:
        ProblemError: one does.
    """
    if meeting.ended_at_ms is not None:
        return
    leases = await desk.store.list_leases(now_ms=desk.clock())
    if any(lease.room_name == meeting.room_name for lease in leases):
        raise ProblemError(problems.MEETING_GOES_ON, "an agent listens to the meeting", remedy)
