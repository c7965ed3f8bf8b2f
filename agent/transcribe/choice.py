"""Opens what hears a recording: the same providers as in a call, within the same caps."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext

from agent.budget import Budget
from agent.hearing_cost import HearingCost
from agent.prices import load_prices
from agent.stt.choice import choose_stt, hears_locally
from agent.stt.elevenlabs import BASE_URL
from agent.stt.elevenlabs_recording import ElevenLabsRecordings
from agent.stt.health import ChangeReason, FailureReason
from agent.stt.pocketsphinx import PocketSphinxSTT
from agent.stt.recognizer import RecognizerPool
from agent.transcribe.recognizers import (
    REQUESTS_IN_FLIGHT,
    LocalRecognizer,
    ProviderRecognizer,
    StretchRecognizer,
)
from agent.transcribe.settings import TranscribeSettings
from records import Store
from settings.speech import LOCAL


def make_pool(settings: TranscribeSettings) -> RecognizerPool | None:
    """Return the recognizers of this machine, not yet open; None if the settings do without."""
    if not hears_locally(settings):
        return None
    return RecognizerPool(settings.recognizer_processes or None)


def find_recordings(settings: TranscribeSettings) -> ElevenLabsRecordings | None:
    """Return the provider that takes recordings as a whole, if the first one of all does.

    Raises:
        SettingsError: as `SpeechSettings.speech_providers`.
    """
    key = settings.elevenlabs_api_key
    if settings.speech_providers()[0] != "elevenlabs" or key is None:
        return None
    return ElevenLabsRecordings(
        api_key=key.get_secret_value(),
        base_url=settings.elevenlabs_base_url or BASE_URL,
        language=settings.stt_language,
    )


async def open_budget(settings: TranscribeSettings, store: Store, room_sid: str) -> Budget:
    """Return the money that a meeting may cost, with what was spent already.

    Raises:
        StoreUnavailableError: the store is away.
    """
    budget = Budget(
        prices=load_prices(settings.price_file),
        settings=settings,
        store=store,
        room_sid=room_sid,
        report=lambda _: None,
        tell=lambda _: None,
        now=time.time,
    )
    await budget.load()
    return budget


@asynccontextmanager
async def open_recognizer(
    settings: TranscribeSettings, store: Store, room_sid: str, pool: RecognizerPool | None
) -> AsyncIterator[StretchRecognizer]:
    """Open what the settings name.

    Args:
        settings: who hears, and what may be spent.
        store: where it is noted what was spent.
        room_sid: of the meeting that it is spent for.
        pool: of `make_pool`; closed at the end.

    Raises:
        SettingsError: what the settings name cannot be had.
        StoreUnavailableError: the store is away.
    """
    async with AsyncExitStack() as opening:
        await opening.enter_async_context(pool or nullcontext())
        if pool and settings.speech_providers() == (LOCAL,):
            yield LocalRecognizer(pool)
            return
        if pool:
            pool.reserve(REQUESTS_IN_FLIGHT)
        failures: dict[str, FailureReason] = {}

        def on_change(label: str, reason: ChangeReason) -> None:
            if reason == "back":
                failures.pop(label, None)
            else:
                failures[label] = reason

        local = PocketSphinxSTT(pool) if pool else None
        choice = choose_stt(settings, local=local, on_change=on_change)
        opening.push_async_callback(choice.stt.aclose)
        budget = await open_budget(settings, store, room_sid)
        opening.enter_context(HearingCost(choice.stt, budget, time.time))
        yield ProviderRecognizer(choice.stt, after_each=budget.look, failures=failures)
