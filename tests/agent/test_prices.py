import re
from datetime import date
from pathlib import Path

import pytest

from agent.prices import PriceTable, load_prices
from agent.usage import Usage
from settings import SettingsError
from wire.costs import UsageUnit

pytestmark = pytest.mark.unit

TABLE = """
currency: EUR
prices:
  - {provider: openai, model: small*, unit: input_tokens, price: 2, per: 1000000,
     valid_from: 2026-01-01, source: here}
  - {provider: openai, model: small*, unit: input_tokens, price: 1, per: 1000000,
     valid_from: 2026-06-01, source: here}
  - {provider: openai, model: small*, unit: cached_tokens, price: 0.5, per: 1000000,
     valid_from: 2026-01-01, source: here}
  - {provider: openai, model: small*, unit: output_tokens, price: 4, per: 1000000,
     valid_from: 2026-01-01, source: here}
  - {provider: openai, model: "*", unit: input_tokens, price: 100, per: 1000000,
     valid_from: 2026-01-01, source: here}
  - {provider: 127.*, model: "*", unit: "*", price: 0, per: 1, valid_from: 2026-01-01, source: own}
"""
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 1)


@pytest.fixture
def prices(tmp_path: Path) -> PriceTable:
    path = tmp_path / "prices.yaml"
    path.write_text(TABLE)
    return load_prices(path)


def usage(model: str, provider: str = "openai", **amounts: float) -> Usage:
    named: dict[UsageUnit, float] = {}
    for unit in ("input_tokens", "cached_tokens", "output_tokens", "audio_seconds"):
        if unit in amounts:
            named[unit] = amounts[unit]
    return Usage(provider=provider, model=model, amounts=named)


def test_a_price_holds_from_its_day_on(prices: PriceTable) -> None:
    million = usage("small-1", input_tokens=1_000_000)
    assert prices.cost(million, MAY) == 2
    assert prices.cost(million, JUNE) == 1
    assert prices.cost(million, date(2025, 12, 31)) is None


def test_cached_tokens_are_paid_once_and_at_their_own_price(prices: PriceTable) -> None:
    used = usage("small-1", input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
    assert prices.cost(used, JUNE) == pytest.approx(0.6 + 0.2 + 0.4)


def test_cached_tokens_without_a_price_cost_what_the_others_cost(prices: PriceTable) -> None:
    used = usage("big", input_tokens=1_000_000, cached_tokens=400_000)
    assert prices.cost(used, JUNE) == pytest.approx(100)


def test_the_first_row_that_fits_names_the_price_whatever_the_case(prices: PriceTable) -> None:
    assert prices.cost(usage("SMALL-2", "OpenAI", input_tokens=1_000_000), JUNE) == 1
    assert prices.cost(usage("other", input_tokens=1_000_000), JUNE) == 100


def test_a_usage_with_any_unknown_price_costs_an_unknown_amount(prices: PriceTable) -> None:
    assert prices.cost(usage("big", input_tokens=1, output_tokens=1), JUNE) is None
    assert prices.cost(usage("big", input_tokens=1, output_tokens=0), JUNE) is not None
    assert prices.cost(usage("scribe", "elevenlabs", audio_seconds=1), JUNE) is None


def test_a_price_of_nothing_is_known(prices: PriceTable) -> None:
    assert prices.cost(usage("llama", "127.0.0.1", input_tokens=5), JUNE) == 0
    assert prices.is_free("127.0.0.1", "llama", "audio_seconds", JUNE)
    assert not prices.is_free("elevenlabs", "scribe", "audio_seconds", JUNE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TABLE.replace("currency: EUR", "currency: euro"), "currency"),
        (TABLE.replace("price: 4", "price: -4"), "prices.3.price"),
        (TABLE.replace("unit: cached_tokens", "unit: words"), "prices.2.unit"),
        ("currency: [", "line [12]"),
        ("", "price table"),
    ],
)
def test_a_wrong_table_is_refused_and_the_place_is_named(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said):
        load_prices(path)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PRICE_FILE"):
        load_prices(tmp_path / "none.yaml")


def test_the_table_that_comes_with_the_project_knows_what_it_recommends() -> None:
    prices = load_prices(Path("prices.yaml"))
    today = date(2026, 12, 1)
    known: list[tuple[str, str, UsageUnit]] = [
        ("ElevenLabs", "scribe_v2_realtime", "audio_seconds"),
        ("elevenlabs", "eleven_flash_v2_5", "characters"),
        ("api.openai.com", "gpt-4o-mini-transcribe", "audio_seconds"),
        ("openai", "gpt-4o-mini", "input_tokens"),
        ("openai", "gpt-4o-mini", "cached_tokens"),
        ("openai", "gpt-4o-mini", "output_tokens"),
        ("openai", "gpt-5-mini", "output_tokens"),
        ("api.groq.com", "whisper-large-v3-turbo", "audio_seconds"),
        ("api.groq.com", "llama-3.3-70b-versatile", "input_tokens"),
    ]
    for provider, model, unit in known:
        assert (prices.unit_price(provider, model, unit, today) or 0) > 0
    paid = [row.source for row in prices.prices if row.price]
    assert all(
        re.fullmatch(r"(vendor|second-hand) https://.+, read \d{4}-\d\d-\d\d", s) for s in paid
    )
