"""What the hosts of a call ask of Sidenote: tasks, answers, commands; made and connected."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from agent.answers import Answers
from agent.ask import Asker
from agent.call_settings import CallSettings
from agent.commands.commands import CommandActs, Commands
from agent.commands.reading import CommandReader
from agent.commands.wake_word import WakeWord
from agent.ears import Clock
from agent.gaps import describe_gaps
from agent.models.request import Models
from agent.notes import Notes
from agent.publisher import Publisher
from agent.settings import AgentSettings
from agent.tasks import Tasks
from agent.voice import Voice, VoiceMissingError
from records import Meeting, Store
from wire.coverage import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What hosts' requests work with, of the call around them."""

    store: Store
    meeting: Meeting
    settings: AgentSettings
    call_settings: CallSettings
    publisher: Publisher
    models: Models | None
    voice: Voice
    wake_word: WakeWord | None
    """None: hosts give no commands by voice."""
    write_minutes: Callable[[], None]
    """Has the minutes written as far as the call has come."""
    people: Callable[[], Sequence[str]]
    """Returns the display names of everybody in the call."""
    tell: Callable[[Notice], None]
    now: Clock


class Requests:
    """The tasks, answers and commands of one call."""

    def __init__(self, around: Around) -> None:
        """Make them; see `load`."""
        store, room_sid = around.store, around.meeting.room_sid
        self._around = around
        self.tasks = Tasks(
            store=store, room_sid=room_sid, publisher=around.publisher, now=around.now
        )
        self.answers = Answers(
            store=store, room_sid=room_sid, publisher=around.publisher, now=around.now
        )
        self.asker = Asker(
            store=store,
            room_sid=room_sid,
            answers=self.answers,
            models=around.models,
            gaps=self._gaps,
            say=self._say,
            zone=around.settings.zone,
        )
        self._notes = Notes(store, room_sid, self.answers)
        self.commands = self._make_commands(around.wake_word) if around.wake_word else None

    async def load(self) -> None:
        """Take up what an earlier agent left.

        Raises:
            StoreUnavailableError: the store is away.
        """
        await self.answers.load()

    async def finish(self) -> None:
        """See to what hosts said last, for some seconds at most."""
        if self.commands:
            await self.commands.finish()

    def _make_commands(self, wake_word: WakeWord) -> Commands:
        around = self._around
        return Commands(
            wake_word=wake_word,
            reader=CommandReader(around.models),
            tasks=self.tasks,
            acts=self._acts(),
            people=around.people,
            tell=around.tell,
            zone=around.settings.zone,
        )

    def _acts(self) -> CommandActs:
        settings = self._around.call_settings
        return CommandActs(
            pause=lambda: settings.set_paused(True),
            resume=lambda: settings.set_paused(False),
            mute=lambda: settings.set_muted(True),
            unmute=lambda: settings.set_muted(False),
            ask=self.asker.ask,
            write_minutes=self._around.write_minutes,
            say_again=self.asker.say_again,
            note=self._notes.note,
            show_tasks=self._notes.show_tasks,
        )

    async def _gaps(self) -> str:
        around = self._around
        return await describe_gaps(
            around.store, around.meeting.room_sid, around.meeting.room_name, around.settings.zone
        )

    async def _say(self, parts: AsyncIterator[str]) -> bool:
        try:
            return (await self._around.voice.say(parts)).complete
        except VoiceMissingError:
            return False  # the state of the call says why
