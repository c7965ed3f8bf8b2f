"""Who advises: which language models the settings name, in which order, and how patiently."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from settings.base import http_address
from settings.openai_account import OpenAIAccount

_SERVERS: Final[dict[str, str | None]] = {
    "openai": None,
    "groq": "https://api.groq.com/openai/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "ollama": "http://127.0.0.1:11434/v1",
    "vllm": "http://127.0.0.1:8000/v1",
}


def _server(text: str) -> str:
    if text not in _SERVERS and http_address(text) is None:
        raise ValueError(f"is none of {', '.join(_SERVERS)} and no address")
    return text.rstrip("/")


class ModelAddress(BaseModel):
    """One model, and the server that has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Annotated[str, Field(min_length=1, max_length=120)]
    """Its name there."""
    server: Annotated[str, AfterValidator(_server)] = "openai"
    """openai, groq, openrouter, ollama, vllm, or the address of another server."""
    api_key: SecretStr | None = None
    """None: the server wants none."""
    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Never more than so many; None: as the server's own limits allow."""
    options: dict[str, Any] = Field(default_factory=dict)
    """More of the request: {"temperature": 0.2}."""

    @property
    def base_url(self) -> str | None:
        """The address; None: OpenAI's own."""
        return _SERVERS.get(self.server, self.server)

    @property
    def key(self) -> str:
        """The key in clear, for the client only; clients insist on one."""
        return self.api_key.get_secret_value() if self.api_key else "none"


class AdviceSettings(OpenAIAccount):
    """Who advises a call; the worker builds it, `make doctor` only tells."""

    llm_model: Annotated[str, Field(min_length=1, max_length=120)] = "gpt-4o-mini"
    """Name of the model at `openai_base_url`, when `llm_models` is empty."""
    llm_models: Annotated[tuple[ModelAddress, ...], Field(max_length=8)] = ()
    """Several models, best first: the next is asked when one fails. A JSON list."""
    llm_requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Pace of `llm_model`; None: as the server's own limits allow."""
    llm_first_token_seconds: Annotated[float, Field(gt=0, le=60)] = 1.8
    """How long a model may take for its first words, and for each further ones, before the next
    one is asked. The only one that is left may take until `llm_timeout_seconds`."""
    llm_timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 12.0
    """How long a whole answer may take; a later one helps nobody."""
    llm_window_tokens: Annotated[int, Field(ge=50, le=100_000)] = 1500
    """How much of the transcript a model reads at most, in tokens; beside `window_seconds`."""
    advice_stale_seconds: Annotated[float, Field(gt=0, le=600)] = 15.0
    """Advice that begins later than this after the words it answers is dropped."""

    def models(self) -> tuple[ModelAddress, ...]:
        """Return the models to ask, best first; none: the playbook advises alone."""
        if self.llm_models:
            return self.llm_models
        if self.openai_api_key is None:
            return ()
        return (
            ModelAddress(
                model=self.llm_model,
                server=self.openai_base_url or "openai",
                api_key=self.openai_api_key,
                requests_per_minute=self.llm_requests_per_minute,
            ),
        )
