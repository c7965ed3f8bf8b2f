"""The RPC methods of a call: for each its name, its request, who may ask, and what it does."""

from collections.abc import Awaitable, Callable
from typing import Any

from agent.controls import LONGEST_TEXT_REQUEST, Method
from agent.refusals import when_store_is_away
from agent.stages import Stages
from wire import controls as wire
from wire.consent import (
    CONSENT_METHOD,
    OFF_THE_RECORD_METHOD,
    ConsentRequest,
    ConsentState,
    OffTheRecordRequest,
)
from wire.minutes import MINUTES_METHOD
from wire.sound import (
    SOUND_CONSENT_METHOD,
    SOUND_METHOD,
    SoundConsentRequest,
    SoundRequest,
    SoundState,
)

_KEEP = "and the store is away: say it again so that it is kept"


class CallMethods:
    """Does what participants ask of one call."""

    def __init__(self, stages: Stages, erase_speaker: Callable[[str], Awaitable[None]]) -> None:
        """Act on the parts of a call; `erase_speaker` forgets a participant's words everywhere."""
        self._stages = stages
        self._settings = stages.settings
        self._points = stages.advice.talking_points
        self._erase_speaker = erase_speaker

    def table(self) -> list[Method[Any]]:
        """Return every method."""
        return [
            Method(
                name=CONSENT_METHOD,
                request=ConsentRequest,
                action=self._take_consent,
                who="anyone",
            ),
            Method(
                name=wire.CATCH_UP_METHOD,
                request=wire.CatchUpRequest,
                action=self._stages.catch_up.reply,
                who="anyone",
            ),
            Method(
                name=OFF_THE_RECORD_METHOD,
                request=OffTheRecordRequest,
                action=self._take_off_the_record,
            ),
            Method(
                name=SOUND_CONSENT_METHOD,
                request=SoundConsentRequest,
                action=self._take_sound_consent,
                who="anyone",
            ),
            Method(name=SOUND_METHOD, request=SoundRequest, action=self._record),
            Method(name=MINUTES_METHOD, request=wire.Empty, action=self._write_minutes),
            Method(name=wire.PAUSE_METHOD, request=wire.Empty, action=self._pause),
            Method(name=wire.RESUME_METHOD, request=wire.Empty, action=self._resume),
            Method(name=wire.MUTE_METHOD, request=wire.Empty, action=self._mute),
            Method(name=wire.UNMUTE_METHOD, request=wire.Empty, action=self._unmute),
            Method(
                name=wire.PROMPT_METHOD,
                request=wire.PromptRequest,
                action=self._prompt,
                longest=LONGEST_TEXT_REQUEST,
            ),
            Method(
                name=wire.PLAYBOOK_SET_METHOD,
                request=wire.PlaybookRequest,
                action=self._set_playbook,
            ),
            Method(
                name=wire.ASK_METHOD,
                request=wire.AskRequest,
                action=self._ask,
                longest=LONGEST_TEXT_REQUEST,
            ),
            Method(
                name=wire.TASK_CONFIRM_METHOD,
                request=wire.TaskConfirmRequest,
                action=self._confirm_task,
                longest=LONGEST_TEXT_REQUEST,
            ),
            Method(
                name=wire.TASK_REJECT_METHOD, request=wire.TaskRequest, action=self._reject_task
            ),
            Method(name=wire.PIN_METHOD, request=wire.PinRequest, action=self._pin),
            Method(name=wire.DISMISS_METHOD, request=wire.PointRequest, action=self._dismiss),
            Method(name=wire.USEFUL_METHOD, request=wire.UsefulRequest, action=self._rate),
        ]

    async def _take_consent(self, caller: str, request: ConsentRequest) -> ConsentState:
        no = request.answer == "no"
        with when_store_is_away(
            f"you are not listened to, {_KEEP}"
            if no
            else "the answer could not be kept, so nothing has changed; try again"
        ):
            await self._stages.consent.answer(caller, request.answer)
        if no and request.erase:
            with when_store_is_away(
                "you are not listened to; what you had said is not all erased: try again"
            ):
                await self._erase_speaker(caller)
        return self._stages.consent_state()

    async def _take_off_the_record(self, _: str, request: OffTheRecordRequest) -> ConsentState:
        with when_store_is_away(
            f"nobody is listened to, {_KEEP}"
            if request.off
            else "the store is away, so nobody is listened to yet; try again"
        ):
            await self._stages.consent.set_off_the_record(off=request.off)
        return self._stages.consent_state()

    async def _take_sound_consent(self, caller: str, request: SoundConsentRequest) -> SoundState:
        sound, no = self._stages.sound, request.answer == "no"
        with when_store_is_away(
            f"you are not recorded, {_KEEP}"
            if no
            else "the answer could not be kept, so nothing has changed; try again"
        ):
            await sound.consent.answer(caller, request.answer)
        if no and request.erase:
            with when_store_is_away(
                "you are not recorded; what was recorded is not all deleted: try again"
            ):
                await sound.erase_speaker(caller)
        return sound.state()

    async def _record(self, _: str, request: SoundRequest) -> SoundState:
        with when_store_is_away(
            "the store is away, so nobody is recorded yet; try again"
            if request.on
            else f"nobody is recorded, {_KEEP}"
        ):
            await self._stages.sound.consent.set_on(request.on)
        return self._stages.sound.state()

    async def _pause(self, _: str, __: wire.Empty) -> wire.CallState:
        with when_store_is_away(f"advice is paused, {_KEEP}"):
            await self._settings.set_paused(True)
        return self._settings.state()

    async def _resume(self, _: str, __: wire.Empty) -> wire.CallState:
        await self._settings.set_paused(False)
        return self._settings.state()

    async def _mute(self, _: str, __: wire.Empty) -> wire.CallState:
        with when_store_is_away(f"the voice is muted, {_KEEP}"):
            await self._settings.set_muted(True)
        return self._settings.state()

    async def _unmute(self, _: str, __: wire.Empty) -> wire.CallState:
        await self._settings.set_muted(False)
        return self._settings.state()

    async def _prompt(self, _: str, request: wire.PromptRequest) -> wire.CallState:
        await self._settings.set_prompt(goal=request.goal, instruction=request.instruction)
        return self._settings.state()

    async def _set_playbook(self, _: str, request: wire.PlaybookRequest) -> wire.CallState:
        await self._stages.advice.playbook.change(request.name)
        return self._settings.state()

    async def _ask(self, caller: str, request: wire.AskRequest) -> wire.Accepted:
        requests = self._stages.requests
        return wire.Accepted(id=requests.asker.ask(caller, request.question, request.aloud))

    async def _write_minutes(self, _: str, __: wire.Empty) -> wire.Accepted:
        self._stages.minutes.ask()
        return wire.Accepted(id=self._stages.meeting.room_sid)

    async def _confirm_task(self, _: str, request: wire.TaskConfirmRequest) -> wire.Accepted:
        return wire.Accepted(id=await self._stages.requests.tasks.confirm(request))

    async def _reject_task(self, _: str, request: wire.TaskRequest) -> wire.Accepted:
        await self._stages.requests.tasks.reject(request.id)
        return wire.Accepted(id=request.id)

    async def _pin(self, _: str, request: wire.PinRequest) -> wire.Accepted:
        self._points.pin(request.id, request.pinned)
        return wire.Accepted(id=request.id)

    async def _dismiss(self, _: str, request: wire.PointRequest) -> wire.Accepted:
        self._points.dismiss(request.id)
        return wire.Accepted(id=request.id)

    async def _rate(self, _: str, request: wire.UsefulRequest) -> wire.Accepted:
        self._points.rate(request.id, request.useful)
        return wire.Accepted(id=request.id)
