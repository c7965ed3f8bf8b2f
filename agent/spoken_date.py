"""Finds the date in words that were spoken, and says which day that is.

Where in a sentence a date stands is told by the words below, not by the parser's own search,
which takes "may", "second" and "on" for dates. What those words mean is dateparser's to say: BSD,
kept for ten years, several releases a year, and it works without a network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import dateparser

from agent.number_words import with_digits

_DAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH: Final = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_NTH: Final = r"\d{1,2}(?:st|nd|rd|th)"
_PART: Final = r"(?:morning|afternoon|evening|night)"
_UNIT: Final = r"(?:minute|hour|day|week|month)s?"
_CLOCK: Final = (
    r"(?:\d{1,2}(?:(?::|\s)[0-5]\d)?\s*(?:[ap]\s?\.?m\b\.?|o'?\s?clock)|\d{1,2}:[0-5]\d|noon)"
)
_DATE: Final = "|".join(
    (
        r"(?:the )?day after tomorrow",
        rf"(?:today|tomorrow)(?: {_PART})?",
        r"tonight",
        rf"this {_PART}",
        rf"(?:a|\d{{1,3}}) weeks? from (?:{_DAY}|today|tomorrow)",
        rf"(?:in|within) (?:an?|\d+) {_UNIT}",
        rf"(?:an?|\d+) {_UNIT} from now",
        rf"(?:(?:this|next|coming) )?{_DAY}(?: {_PART})?",
        r"next (?:week|month)",
        r"(?:the )?end of (?:the|this|next) (?:week|month)",
        r"(?:the )?end of (?:the )?day",
        rf"{_MONTH} (?:the )?(?:{_NTH}|\d{{1,2}}(?!\d|:))(?:,? \d{{4}})?",
        rf"(?:the )?(?:{_NTH}|\d{{1,2}})(?: of)? {_MONTH}(?:,? \d{{4}})?",
        rf"(?<=on |by )the {_NTH}",
        r"\d{4}-\d{2}-\d{2}",
    )
)
_AT: Final = rf"(?:,? (?:at|by|around) (?P<after>{_CLOCK}|\d{{1,2}}(?! ?\w)))?"
_BEFORE: Final = rf"(?:(?:at|by|before|around) (?P<before>{_CLOCK}),? )?"
# "by", "on" and the like in front belong to the date, and not to what is to be done.
_LEAD: Final = r"(?:(?:by|on|until|till|before|due|for|at) (?:the (?=end))?)?"
_DATE_AND_TIME: Final = re.compile(rf"\b{_BEFORE}{_LEAD}(?P<date>{_DATE}){_AT}\b", re.IGNORECASE)
_TIME_ALONE: Final = re.compile(rf"\b(?:at|by|before) (?P<clock>{_CLOCK})", re.IGNORECASE)
_ENDS: Final = re.compile(r"(?:the )?end of (the|this|next) (week|month)", re.IGNORECASE)
_FROM_DAY: Final = re.compile(r"(?:a|(\d+)) weeks? from (.+)", re.IGNORECASE)
_NTH_ALONE: Final = re.compile(r"the (\d{1,2})(?:st|nd|rd|th)", re.IGNORECASE)
_HAS_HOUR: Final = re.compile(r"\b(?:minute|hour)s?\b", re.IGNORECASE)
_FRIDAY: Final = 4
_LONGEST_WAIT_FOR_31ST: Final = 63
_EARLIEST_BARE_HOUR: Final = 7
"""A bare "at three" is said of a working day: 15:00; "at eight" is the morning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenDate:
    """A date as it was said, and what it means."""

    spoken: str
    """The words of the text, with those that lead to the date ("by Friday")."""
    due: str
    """ISO 8601: a day, or a day and a time when one was spoken; local to the call. Of a "tomorrow
    morning" it is the day: nobody has said an hour."""


def find_date(text: str, now: datetime) -> SpokenDate | None:
    """Return the last date that was spoken in a text, None without one.

    Args:
        text: what was said; numbers may be words.
        now: the time of speaking, in the time zone of the call.
    """
    plain = with_digits(text)
    found = [*_DATE_AND_TIME.finditer(plain.text)] or [*_TIME_ALONE.finditer(plain.text)]
    for match in reversed(found):
        if due := _meaning(match.groupdict(), now.replace(tzinfo=None)):
            start, end = plain.origin(match.start(), match.end())
            return SpokenDate(spoken=text[start:end].strip(" ,"), due=due)
    return None


def _meaning(groups: Mapping[str, str | None], now: datetime) -> str | None:
    day = groups.get("date") or "today"
    moment = _day(day, now)
    if moment is None:
        return None
    clock = groups.get("after") or groups.get("before") or groups.get("clock")
    if clock and (hour := _clock(clock, now)):
        moment = moment.replace(hour=hour.hour, minute=hour.minute)
    if clock or _HAS_HOUR.search(day):
        return moment.strftime("%Y-%m-%dT%H:%M")
    return moment.strftime("%Y-%m-%d")


def _day(words: str, now: datetime) -> datetime | None:
    if match := _ENDS.fullmatch(words):
        return _end_of(match[2].lower(), now, later=match[1].lower() == "next")
    if match := _FROM_DAY.fullmatch(words):
        start = _parse(match[2], now)
        return start and start + timedelta(weeks=int(match[1] or 1))
    if match := _NTH_ALONE.fullmatch(words):
        return _next_day_of_month(int(match[1]), now)
    if re.search(r"end of (?:the )?day", words, re.IGNORECASE):
        return now
    return _parse(re.sub(r"^(?:coming|the(?= day after)) ", "", words, flags=re.IGNORECASE), now)


def _end_of(unit: str, now: datetime, *, later: bool) -> datetime:
    if unit == "week":
        days = (_FRIDAY - now.weekday()) % 7
        return now + timedelta(days=days + 7 * later)
    first = now.replace(day=1)
    for _ in range(1 + later):
        first = (first + timedelta(days=32)).replace(day=1)
    return first - timedelta(days=1)


def _next_day_of_month(day: int, now: datetime) -> datetime | None:
    """Return the next day of this number, which not every month has."""
    days = (now + timedelta(days=ahead) for ahead in range(_LONGEST_WAIT_FOR_31ST))
    return next((one for one in days if one.day == day), None)


def _clock(words: str, now: datetime) -> datetime | None:
    plain = re.sub(r"\s?o'?\s?clock", "", words.lower()).replace(".", "")
    plain = re.sub(r"([ap])\s?m\b", r"\1m", plain)
    plain = re.sub(r"^(\d{1,2}) ([0-5]\d)", r"\1:\2", plain)
    if match := re.fullmatch(r"(\d{1,2})(?::([0-5]\d))?", plain):
        hour, minute = int(match[1]), match[2] or "00"
        hour += 12 if hour < _EARLIEST_BARE_HOUR else 0
        plain = f"{hour}:{minute}"
    return _parse("12:00" if plain == "noon" else plain, now)


def _parse(words: str, now: datetime) -> datetime | None:
    moment: datetime | None = dateparser.parse(
        words,
        languages=["en"],
        settings={
            "RELATIVE_BASE": now,
            "PREFER_DATES_FROM": "future",
            "RETURN_TIME_AS_PERIOD": True,
        },
    )
    return moment
