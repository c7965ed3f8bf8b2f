"""Who hears: which providers of speech to text the settings name, and what they need."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, SecretStr

from settings.base import SettingsError, http_address
from settings.openai_account import OpenAIAccount

LOCAL: Final = "pocketsphinx"
PLUGIN_PREFIX: Final = "plugin:"
_PLUGIN: Final = re.compile(r"plugin:[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*")
_REMEDY: Final = (
    "use auto, pocketsphinx, elevenlabs, openai, or plugin:NAME.STT for a LiveKit plugin; several "
    "with commas between them are asked in turn, as in elevenlabs,pocketsphinx"
)


class SpeechSettings(OpenAIAccount):
    """Who hears a call; the worker builds it, `make doctor` only tells."""

    stt: str = "auto"
    """Providers of speech to text, best first, with commas between them. auto: the best that has
    a key, else the recognizer on this machine."""
    turn_end: Literal["silence", "model"] = "silence"
    """What tells a pause from the end of what somebody says: silence and punctuation, or the
    library's model besides (250 MB for each process; no better here)."""
    stt_language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    """Language of the calls, as ISO 639 writes it."""
    stt_answer_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """How long a provider may take for a final before the next one is asked."""
    stt_timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 10.0
    """How long one request to a transcription server may take."""
    stt_most_people: Annotated[int, Field(ge=1, le=1000)] = 50
    """Whom one call listens to at the same time; each is a stream of the recognizer. Of hosts it
    listens to all."""
    stt_options: SecretStr | None = None
    """Arguments of a plugin's STT as a JSON object, {"model": "nova-3"}; with several plugins one
    object for each, {"deepgram.STT": {"model": "nova-3"}}. Secret: it may hold a key."""

    elevenlabs_api_key: SecretStr | None = None
    """Key of ElevenLabs."""
    elevenlabs_base_url: Annotated[str | None, AfterValidator(http_address)] = None
    """Address of its service; None: its own."""

    stt_openai_api_key: SecretStr | None = None
    """Key of a transcription server; None: `openai_api_key`."""
    stt_openai_base_url: Annotated[str | None, AfterValidator(http_address)] = None
    """Address of the transcription server; None: `openai_base_url`."""
    stt_openai_model: Annotated[str, Field(min_length=1)] = "gpt-4o-mini-transcribe"
    """Name of the model there."""

    @property
    def transcription_key(self) -> SecretStr | None:
        """The key for the transcription server, if there is one."""
        return self.stt_openai_api_key or self.openai_api_key

    @property
    def transcription_url(self) -> str | None:
        """The address of the transcription server; None: OpenAI's own."""
        return self.stt_openai_base_url or self.openai_base_url

    def speech_providers(self) -> tuple[str, ...]:
        """Return the names of the providers to ask, best first: at least one, none twice.

        Raises:
            SettingsError: STT names something unknown, or a key is missing.
        """
        if self.stt.strip().lower() == "auto":
            return self._best()
        names = tuple(_provider_name(part.strip()) for part in self.stt.split(","))
        if len(set(names)) < len(names):
            raise SettingsError(f"STT={self.stt} names a provider twice; name each once")
        for name in names:
            self._check_keys(name)
        return names

    def _best(self) -> tuple[str, ...]:
        # The recognizer on this machine knows English only.
        local = (LOCAL,) if self.stt_language == "en" else ()
        if self.elevenlabs_api_key:
            return ("elevenlabs", *local)
        if self._transcribes_by_openai():
            return ("openai", *local)
        if not local:
            raise SettingsError(
                f"nothing here hears STT_LANGUAGE={self.stt_language} without a key: put "
                "ELEVENLABS_API_KEY or STT_OPENAI_API_KEY into .env"
            )
        return local

    def _transcribes_by_openai(self) -> bool:
        if self.stt_openai_api_key or self.stt_openai_base_url:
            return True
        # A server that was named for the advice (Ollama, OpenRouter) mostly does not transcribe.
        return self.openai_api_key is not None and self.openai_base_url is None

    def _check_keys(self, name: str) -> None:
        if name == "elevenlabs" and not self.elevenlabs_api_key:
            raise SettingsError(
                f"STT={self.stt} needs ELEVENLABS_API_KEY: put it into .env, or say STT=auto"
            )
        if name == LOCAL and self.stt_language != "en":
            raise SettingsError(
                f"STT={self.stt}: pocketsphinx knows English only, and STT_LANGUAGE is "
                f"{self.stt_language}; leave pocketsphinx out, or say STT_LANGUAGE=en"
            )
        # A server of one's own (whisper.cpp, speaches) asks for no key.
        if name == "openai" and not (self.transcription_key or self.transcription_url):
            raise SettingsError(
                f"STT={self.stt} needs STT_OPENAI_API_KEY or OPENAI_API_KEY, or the address of a "
                "server without a key in STT_OPENAI_BASE_URL: put it into .env, or say STT=auto"
            )


def plugin_module(name: str) -> str | None:
    """Return the module of a provider that is a plugin: `livekit.plugins.deepgram`."""
    if not name.startswith(PLUGIN_PREFIX):
        return None
    return f"livekit.plugins.{name.removeprefix(PLUGIN_PREFIX).partition('.')[0]}"


def _provider_name(text: str) -> str:
    name = text.lower()
    if name in {LOCAL, "elevenlabs", "openai"}:
        return name
    if _PLUGIN.fullmatch(text):
        return text
    if name == "auto":
        raise SettingsError(f"STT has auto among others: auto stands alone; {_REMEDY}")
    raise SettingsError(f"STT names {text!r}, which is unknown; {_REMEDY}")
