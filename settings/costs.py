"""What calls may cost, and where the prices stand."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CostSettings(BaseSettings):
    """The price table and the caps."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    price_file: Path = Path("prices.yaml")
    """The price table; its currency is that of the caps."""
    cost_cap_call: Annotated[float, Field(gt=0)] | None = None
    """Most that one meeting may cost; None: no cap."""
    cost_cap_day: Annotated[float, Field(gt=0)] | None = None
    """Most that all meetings of the store may cost between two midnights UTC; None: no cap."""

    @property
    def has_cap(self) -> bool:
        """Whether there is any cap."""
        return self.cost_cap_call is not None or self.cost_cap_day is not None
