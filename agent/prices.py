"""What usage costs, by a table that users edit: `prices.yaml`."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.usage import Usage
from playbook.nodes import SafeLoader
from settings import SettingsError
from wire.costs import UsageUnit

Pattern = Annotated[str, Field(min_length=1, max_length=120)]


class PriceRow(BaseModel):
    """The price of one unit of one model, or of several, from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Pattern
    """`*` stands for anything; case does not matter."""
    model: Pattern
    unit: UsageUnit | Literal["*"]
    price: Annotated[Decimal, Field(ge=0, le=1_000_000)]
    """In the currency of the table."""
    per: Annotated[int, Field(gt=0)]
    """So many units cost `price`."""
    valid_from: date
    """UTC."""
    source: Annotated[str, Field(min_length=1)]
    """Where the figure is from."""

    def fits(self, provider: str, model: str, unit: UsageUnit) -> bool:
        """Tell whether the row is about this."""
        return (
            self.unit in {unit, "*"}
            and fnmatchcase(provider.lower(), self.provider.lower())
            and fnmatchcase(model.lower(), self.model.lower())
        )


class PriceTable(BaseModel):
    """What each model costs; of the rows the first that fits names the price."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217."""
    prices: tuple[PriceRow, ...]

    def unit_price(self, provider: str, model: str, unit: UsageUnit, day: date) -> float | None:
        """Return the price of one unit on a day; None: the table does not know."""
        valid = [
            row for row in self.prices if row.valid_from <= day and row.fits(provider, model, unit)
        ]
        if not valid:
            return None
        # The same patterns again are the same price at another time.
        first = valid[0]
        of_one = [
            row for row in valid if (row.provider, row.model) == (first.provider, first.model)
        ]
        newest = max(of_one, key=lambda row: row.valid_from)
        return float(newest.price) / newest.per

    def cost(self, usage: Usage, day: date) -> float | None:
        """Return what a usage costs on a day; None: the price of a part of it is unknown."""
        if usage.cost is not None and self.currency == "USD":
            return usage.cost
        total = 0.0
        for unit, amount in _billed(usage.amounts).items():
            price = self.unit_price(usage.provider, usage.model, unit, day)
            if price is None and unit == "cached_tokens":
                price = self.unit_price(usage.provider, usage.model, "input_tokens", day)
            if amount and price is None:
                return None
            total += amount * (price or 0.0)
        return total

    def is_free(self, provider: str, model: str, unit: UsageUnit, day: date) -> bool:
        """Tell whether a unit is known to cost nothing."""
        return self.unit_price(provider, model, unit, day) == 0


def _billed(amounts: Mapping[UsageUnit, float]) -> dict[UsageUnit, float]:
    """Return the amounts without counting cached tokens twice."""
    billed = dict(amounts)
    if "input_tokens" in billed:
        cached = billed.get("cached_tokens", 0.0)
        billed["input_tokens"] = max(0.0, billed["input_tokens"] - cached)
    return billed


def load_prices(path: Path) -> PriceTable:
    """Read a price table.

    Raises:
        SettingsError: the file is missing or is no price table; the text says where.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)  # noqa: S506
    except OSError as error:
        raise SettingsError(
            f"the price table {path} cannot be read ({error.strerror}); PRICE_FILE names it"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise SettingsError(f"the price table {path} is not YAML{where}; mend it") from None
    try:
        return PriceTable.model_validate(content)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in wrong["loc"])
        raise SettingsError(f"the price table {path}: {place} {wrong['msg']}; mend it") from None
