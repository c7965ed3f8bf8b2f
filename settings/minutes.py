"""Who writes the minutes, by which template, and how often during a call."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings.advice import ModelAddress

MOST_MODELS: Final = 5
"""That write the same minutes at once."""


class MinutesSettings(BaseSettings):
    """The models and templates of minutes."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    minutes_models: Annotated[tuple[ModelAddress, ...], Field(max_length=MOST_MODELS)] = ()
    """Models that read every meeting, all at once; best first. Empty: those that advise. Without
    any an extractive writer does it alone. A JSON list."""
    minutes_template: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)] = (
        "free"
    )
    """Template of meetings whose playbook names none: a file of `template_folder` without its
    ending."""
    template_folder: Path = Path("templates")
    """Where templates are."""
    minutes_window_tokens: Annotated[int, Field(ge=200, le=100_000)] = 4000
    """How much of the transcript a model reads at once, in tokens."""
    minutes_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 90.0
    """How long a model may take for one window."""
    minutes_live_seconds: Annotated[float, Field(ge=0, le=7200)] = 300.0
    """Between two live summaries during a call; 0: none is written unasked."""
    minutes_attempts: Annotated[int, Field(ge=1, le=100)] = 6
    """How often the minutes of a meeting are begun before they are given up."""
