"""The account at an OpenAI-compatible server that speech and advice may share."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings.base import http_address


class OpenAIAccount(BaseSettings):
    """One key and one address."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    openai_api_key: SecretStr | None = None
    """Key of an OpenAI-compatible server; without one, and without LLM_MODELS, the playbook
    advises alone."""
    openai_base_url: Annotated[str | None, AfterValidator(http_address)] = None
    """Address of the server; None: OpenAI's own."""
