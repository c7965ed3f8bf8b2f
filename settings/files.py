"""Where files are kept: the sound of calls, and recordings that were uploaded."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _options(text: SecretStr | None) -> SecretStr | None:
    if text is not None:
        try:
            options = json.loads(text.get_secret_value())
        except ValueError:
            options = None
        if not isinstance(options, dict):
            raise ValueError('is no JSON object like {"endpoint_url": "https://s3.example.com"}')
    return text


class FileSettings(BaseSettings):
    """The folder or object store that worker and token server share."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    files_url: Annotated[str, Field(min_length=1, max_length=1000)] = "data/files"
    """A folder, or an object store as in s3://bucket/folder or gs://bucket/folder."""
    files_options: Annotated[SecretStr | None, AfterValidator(_options)] = None
    """Arguments of the object store's client as a JSON object, {"key": "...", "secret": "..."};
    None: as its own environment variables say. Secret: it may hold a key."""

    def file_arguments(self) -> dict[str, Any]:
        """Return `files_options` in clear, for opening the store only."""
        if self.files_options is None:
            return {}
        options: dict[str, Any] = json.loads(self.files_options.get_secret_value())
        return options
