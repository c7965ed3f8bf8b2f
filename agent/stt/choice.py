"""From the settings to the STT that hears a call, and what people are told of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from livekit.agents import stt

from agent.stt.chain import ChainSTT, Provider
from agent.stt.health import ChainTimes, ChangeReason
from agent.stt.openai_batch import OpenAIBatchSTT
from agent.stt.plugin import PluginSTT, find_plugin_class, load_plugin
from settings import SettingsError
from settings.speech import LOCAL, PLUGIN_PREFIX, SpeechSettings

LOCAL_LABEL: Final = "pocketsphinx on the computer that runs Sidenote"
ELEVENLABS_LABEL: Final = "ElevenLabs Scribe"
_NO_KEY: Final = "none"
"""What a server of one's own is sent: the client insists on something."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What hears a call."""

    stt: stt.STT[Any]
    """Keeps the contract of `agent.stt`; a `ChainSTT` unless only this machine hears. The caller
    closes it."""
    label: str
    """For people."""


def hears_locally(settings: SpeechSettings) -> bool:
    """Tell whether the recognizer on this machine may be needed.

    Raises:
        SettingsError: as `SpeechSettings.speech_providers`.
    """
    return LOCAL in settings.speech_providers()


def check_choice(settings: SpeechSettings) -> None:
    """Find out at the start what would fail in the first call.

    Raises:
        SettingsError: a provider is unknown, a key or a package is missing, or the plugin options
            are wrong.
    """
    for name in settings.speech_providers():
        if name.startswith(PLUGIN_PREFIX):
            plugin = name.removeprefix(PLUGIN_PREFIX)
            _options(settings, plugin)
            find_plugin_class(plugin)


def choose_stt(
    settings: SpeechSettings,
    *,
    local: stt.STT[Any] | None,
    key_terms: Sequence[str] = (),
    on_change: Callable[[str, ChangeReason], None] | None = None,
) -> Choice:
    """Make the STT that the settings name.

    Args:
        settings: who hears.
        local: the recognizer on this machine; needed if `hears_locally`.
        key_terms: words to expect, the most important first.
        on_change: called with a provider's label when it fails or is back.

    Raises:
        SettingsError: as `check_choice`, or a plugin does not take its options.
    """
    names = settings.speech_providers()
    if LOCAL in names and local is None:
        raise ValueError("the settings name the local recognizer, and there is none")
    if names == (LOCAL,) and local:
        # Its processes replace each other: a chain would have nothing to add.
        return Choice(local, LOCAL_LABEL.replace("pocketsphinx", "pocketsphinx,"))
    providers = [
        Provider(label=LOCAL_LABEL, stt=local, reopens=True)
        if name == LOCAL and local
        else _make(name, settings, key_terms)
        for name in names
    ]
    times = ChainTimes(answer_seconds=settings.stt_answer_seconds)
    chain = ChainSTT(providers, times=times, on_change=on_change)
    return Choice(chain, ", else ".join(provider.label for provider in providers))


def _make(name: str, settings: SpeechSettings, key_terms: Sequence[str]) -> Provider:
    if name == "elevenlabs":
        return _make_elevenlabs(settings, key_terms)
    if name == "openai":
        return _make_openai(settings, key_terms)
    plugin = name.removeprefix(PLUGIN_PREFIX)
    inner = load_plugin(plugin, _options(settings, plugin))
    made = PluginSTT(inner, timeout_seconds=settings.stt_timeout_seconds)
    return Provider(label=f"{plugin.partition('.')[0]} (LiveKit plugin)", stt=made)


def _make_elevenlabs(settings: SpeechSettings, key_terms: Sequence[str]) -> Provider:
    # Here, so that a call without it does not load it.
    from agent.stt.elevenlabs import BASE_URL, ElevenLabsSTT

    if settings.elevenlabs_api_key is None:
        raise SettingsError("ELEVENLABS_API_KEY is not set; put it into .env")
    made = ElevenLabsSTT(
        api_key=settings.elevenlabs_api_key.get_secret_value(),
        base_url=settings.elevenlabs_base_url or BASE_URL,
        language=settings.stt_language,
        keyterms=key_terms,
    )
    return Provider(label=ELEVENLABS_LABEL, stt=made, reopens=True)


def _make_openai(settings: SpeechSettings, key_terms: Sequence[str]) -> Provider:
    key = settings.transcription_key
    url = settings.transcription_url
    made = OpenAIBatchSTT(
        api_key=key.get_secret_value() if key else _NO_KEY,
        base_url=url,
        model=settings.stt_openai_model,
        language=settings.stt_language,
        timeout_seconds=settings.stt_timeout_seconds,
        key_terms=key_terms,
    )
    host = urlsplit(url).hostname if url else "OpenAI"
    return Provider(label=f"{settings.stt_openai_model} at {host}", stt=made)


def _options(settings: SpeechSettings, plugin: str) -> Mapping[str, Any]:
    """Return the arguments of a plugin."""
    if settings.stt_options is None:
        return {}
    try:
        options = json.loads(settings.stt_options.get_secret_value())
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"STT_OPTIONS is not JSON (at character {error.pos + 1}); "
            'write an object like {"model": "nova-3"}'
        ) from None
    plugins = [name for name in settings.speech_providers() if name.startswith(PLUGIN_PREFIX)]
    if isinstance(options, dict) and (plugin in options or len(plugins) > 1):
        options = options.get(plugin, {})
    if not isinstance(options, dict):
        raise SettingsError(
            'STT_OPTIONS is not a JSON object like {"model": "nova-3"}; with several plugins it '
            'has one for each, {"deepgram.STT": {"model": "nova-3"}}'
        )
    return options
