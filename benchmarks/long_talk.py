"""What people say in a made-up meeting: twenty speakers, hours, the same words every time."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from transcript_buffer import Segment

SPEAKERS: Final = 20
_PEOPLE: Final = (
    "Ana Ben Cleo Dan Eva Finn Gina Hugo Ines Jan Kira Leo Mia Nils Olga Paul Rosa Sam Tara Udo"
)
_NAMES: Final = tuple(_PEOPLE.split())
_SUBJECTS: Final = (
    "launch budget contract website invoice prototype roadmap warehouse campaign interview survey "
    "report catalogue booking schedule template database backup license newsletter dashboard "
    "packaging forecast workshop brochure delivery inventory onboarding hiring security privacy "
    "translation recording transcript migration invitation support training pipeline agenda"
)
_THINGS: Final = tuple(_SUBJECTS.split())
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_DOES: Final = ("check", "write", "move", "finish", "review", "prepare", "test", "replace")
_SAYS: Final = (
    "I looked at the {thing} last week and it is better than we thought.",
    "The {thing} took {number} hours, and the {other} took twice as long.",
    "Most of our customers ask about the {thing} before they ask about the {other}.",
    "We have {number} open points on the {thing} at the moment.",
    "Without the {other} the {thing} makes no sense to me.",
    "That was the same with the {thing} in spring.",
    "The {thing} is with {name} now, and the {other} is not.",
    "My impression is that the {thing} goes well.",
    "We do not know that yet.",
    "Yes.",
    "I see.",
)
_ASKS: Final = ("Who knows when the {thing} is ready?", "How much does the {thing} cost us?")
_PROMISES: Final = ("I will {do} the {thing} by {day}.", "I will {do} the {thing} for {name}.")
_DECIDES: Final = ("We have decided to {do} the {thing}.", "So we agreed to drop the {thing}.")
_KINDS: Final = ((_SAYS, 0.82), (_ASKS, 0.08), (_PROMISES, 0.07), (_DECIDES, 0.03))
_WORDS_PER_SECOND: Final = 3.2
_INTERIM_SECONDS: Final = 0.6


def names() -> list[str]:
    """Return the names of the speakers; the first is the host's."""
    return list(_NAMES[:SPEAKERS])


def things() -> list[str]:
    """Return what the meetings are about: words to search for."""
    return list(_THINGS)


def finals(seconds: float, *, start_seconds: float, room_sid: str, seed: int) -> Iterator[Segment]:
    """Yield the finals of a meeting in the order of time, some 20 a minute.

    Args:
        seconds: its length.
        start_seconds: when it begins, since the Unix epoch.
        room_sid: of the meeting; in the ids of the segments.
        seed: the same seed makes the same meeting.
    """
    dice = random.Random(seed)  # noqa: S311 - to be repeated
    at, number, speaker = start_seconds, 0, 0
    while at < start_seconds + seconds:
        speaker = dice.choice([one for one in range(SPEAKERS) if one != speaker])
        for _ in range(dice.choice((1, 1, 2, 3))):
            text = _sentence(dice)
            end = at + len(text.split()) / _WORDS_PER_SECOND
            number += 1
            yield Segment(
                id=f"SG_{room_sid}_{number}",
                speaker=f"guest-{speaker}" if speaker else "host-0",
                name=_NAMES[speaker],
                role="guest" if speaker else "host",
                track_sid=f"TR_{speaker}",
                text=text,
                start_seconds=at,
                end_seconds=end,
                final=True,
            )
            at = end + dice.uniform(0.1, 0.6)
        at += dice.uniform(-0.4, 0.8)


def interims_of(final: Segment) -> Iterator[Segment]:
    """Yield what is heard of a final before it is over."""
    words = final.text.split()
    heard_seconds = _INTERIM_SECONDS
    while heard_seconds < final.end_seconds - final.start_seconds:
        yield replace(
            final,
            text=" ".join(words[: max(1, round(heard_seconds * _WORDS_PER_SECOND))]),
            end_seconds=final.start_seconds + heard_seconds,
            final=False,
        )
        heard_seconds += _INTERIM_SECONDS


def _sentence(dice: random.Random) -> str:
    (kind,) = dice.choices([says for says, _ in _KINDS], [share for _, share in _KINDS])
    thing, other = dice.sample(_THINGS, 2)
    return dice.choice(kind).format(
        thing=thing,
        other=other,
        do=dice.choice(_DOES),
        day=dice.choice(_DAYS),
        name=dice.choice(_NAMES),
        number=dice.randint(2, 90),
    )
