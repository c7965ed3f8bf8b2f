"""Rules that turn a phrase heard into a talking point at once, without a model."""

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Final, Literal, Self

import snowballstemmer

from playbook.phones import Phones
from playbook.sound_matching import SoundMatcher
from transcript_buffer import Role, Segment

HeardFrom = Literal["guest", "host", "anyone"]

DEFAULT_HEARD_FROM: Final[HeardFrom] = "guest"
DEFAULT_COOLDOWN_SECONDS: Final = 120.0

# Letters and digits, with the accents that some sources send as characters of their own; an
# apostrophe belongs to the word it stands in, a hyphen parts two words.
_WORD: Final = re.compile(r"[^\W_][\w\u0300-\u036f]*(?:['’ʼ][\w\u0300-\u036f]+)*")
_STEMS_CACHED: Final = 65_536
_LONGEST_STEMMED: Final = 40
# No English word is longer: what is, is noise, and stays as it is.

_stemmer = snowballstemmer.stemmer("english")
_stemmer_lock = Lock()  # a stemmer keeps the word it works on in itself; calls may run in threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the host is told to say when one of some phrases is heard."""

    id: str
    """Name of the rule, unique in its playbook."""
    phrases: tuple[str, ...]
    """Any of these triggers the rule, in any simple inflection."""
    say: str
    """The talking point."""
    heard_from: HeardFrom = DEFAULT_HEARD_FROM
    """Whose speech triggers the rule."""
    cooldown_seconds: float = DEFAULT_COOLDOWN_SECONDS
    """How long the rule rests after it has fired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One place of a text in which a phrase of a rule stands."""

    rule: Rule
    """The rule whose phrase was heard."""
    phrase: str
    """The phrase as the playbook spells it."""
    quote: str
    """Exactly the part of the text that was heard."""
    position: int
    """How many words of the text stand before the quote."""
    by_sound: bool = False
    """Whether the quote only sounds like the phrase."""


@dataclass(slots=True)
class _Node:
    """A place in the tree of phrases: what may follow, and what ends here."""

    following: "dict[str, _Node]" = field(default_factory=dict)
    ending: list[tuple[Rule, str]] = field(default_factory=list)


class Playbook:
    """The rules of one kind of meeting, indexed for matching; unchanging and free to share.

    Words are compared by their stem (Snowball's English), so that price, prices and pricing are
    one word, and `new` never stands in `news`. The limits of stems: some related words stay
    apart (buy and bought, compete and competitor, cheap and cheaper), and a few different ones
    fall together (expense and expensive). Words of other languages match as they are spelt, or
    nearly so. A phrase matches only as words in a row: "follow-up" is "follow up", not
    "followup".
    """

    def __init__(
        self,
        name: str,
        rules: tuple[Rule, ...],
        pronunciations: Mapping[str, tuple[Phones, ...]] = MappingProxyType({}),
        sounds: SoundMatcher | None = None,
        *,
        minutes_template: str = "",
    ) -> None:
        """Index the rules; `playbook.file` reads them from a file, with better messages.

        Args:
            name: of the kind of meeting.
            rules: what to listen for.
            pronunciations: words in small letters, each with the ways to say it.
            sounds: finds phrases by their sound; None: words match only as they are spelt.
            minutes_template: by which the minutes are written; empty: by the worker's own.

        Raises:
            ValueError: a phrase holds no word.
        """
        self.name = name
        self.rules = rules
        self.pronunciations = pronunciations
        self.minutes_template = minutes_template
        self._sounds = sounds
        self._root = _Node()
        for rule in rules:
            for phrase in rule.phrases:
                self._add(rule, phrase)

    def with_sounds(self, sounds: SoundMatcher) -> Self:
        """Return this playbook, able to find phrases by their sound as well."""
        return type(self)(
            self.name,
            self.rules,
            self.pronunciations,
            sounds,
            minutes_template=self.minutes_template,
        )

    def matches(self, text: str, role: Role | None = None, *, by_sound: bool = True) -> list[Match]:
        """Return every place in which a phrase of a rule stands, in the order of the text.

        The most specific phrase speaks: one that lies inside a longer match ("interested" in
        "not interested") is left out.

        Args:
            text: what was heard, interim or final.
            role: who said it; None asks the rules for hosts and for guests alike.
            by_sound: also what only sounds like a phrase, where the playbook can tell.
        """
        words = list(_WORD.finditer(text))
        stems = [_stem(word[0]) for word in words]
        found: list[Match] = []
        reach = 0
        for position in range(len(stems)):
            length, ending = self._longest_at(stems, position, role)
            if not length or position + length <= reach:
                continue
            reach = position + length
            quote = text[words[position].start() : words[reach - 1].end()]
            found += [
                Match(rule=rule, phrase=phrase, quote=quote, position=position)
                for rule, phrase in ending
            ]
        if by_sound and self._sounds:
            found += list(self._matches_by_sound(text, words, role, found, self._sounds))
            found.sort(key=lambda match: match.position)
        return found

    def _matches_by_sound(
        self,
        text: str,
        words: list[re.Match[str]],
        role: Role | None,
        exact: list[Match],
        sounds: SoundMatcher,
    ) -> Iterator[Match]:
        """Yield what sounds like a phrase and stands where no phrase stands as it is spelt."""
        taken = {
            position
            for match in exact
            for position in range(match.position, match.position + len(_WORD.findall(match.quote)))
        }
        for hit in sounds.find([word[0] for word in words]):
            if taken.isdisjoint(range(hit.start, hit.end)):
                quote = text[words[hit.start].start() : words[hit.end - 1].end()]
                for rule, phrase in self._ending(hit.phrase, role):
                    yield Match(
                        rule=rule, phrase=phrase, quote=quote, position=hit.start, by_sound=True
                    )

    def _ending(self, phrase: str, role: Role | None) -> list[tuple[Rule, str]]:
        node = self._root
        for stem in phrase_stems(phrase):
            node = node.following[stem]
        return [entry for entry in node.ending if _listens_to(entry[0], role)]

    def _longest_at(
        self, stems: list[str], position: int, role: Role | None
    ) -> tuple[int, list[tuple[Rule, str]]]:
        node = self._root.following.get(stems[position])
        longest: tuple[int, list[tuple[Rule, str]]] = (0, [])
        end = position + 1
        while node is not None:
            if node.ending:
                ending = [entry for entry in node.ending if _listens_to(entry[0], role)]
                if ending:
                    longest = (end - position, ending)
            node = node.following.get(stems[end]) if end < len(stems) else None
            end += 1
        return longest

    def _add(self, rule: Rule, phrase: str) -> None:
        stems = phrase_stems(phrase)
        if not stems:
            raise ValueError(f"rule {rule.id!r} has a phrase without a word: {phrase!r}")
        node = self._root
        for stem in stems:
            node = node.following.setdefault(stem, _Node())
        # Two inflections of one phrase in one rule are one way to trigger it.
        if all(known is not rule for known, _ in node.ending):
            node.ending.append((rule, phrase))


class PlaybookWatch:
    """Hears one call's segments, and says which rules fire; one per call.

    A rule fires once per thing said: all interims of a segment and its final are one, also when
    a revision takes the phrase away and brings it back. What was said while a rule rested never
    fires it later. The rest begins when the rule fires.
    """

    def __init__(
        self,
        playbook: Playbook,
        *,
        rest_seconds: Callable[[Rule], float] = lambda rule: rule.cooldown_seconds,
        fired_at: Mapping[str, float] = MappingProxyType({}),
        remember_segments: int = 1_024,
    ) -> None:
        """Start with every rule rested but those that have fired of late.

        Args:
            playbook: the rules.
            rest_seconds: how long a rule rests after it has fired, as of now.
            fired_at: when rules fired before, by id, on the clock of `hear`.
            remember_segments: of how many segments, the last heard, it is known what they
                triggered; far more than can be open at once.
        """
        if remember_segments < 1:
            raise ValueError(f"remember_segments is {remember_segments}: it must be at least 1")
        self.playbook = playbook
        self._remember_segments = remember_segments
        self._rest_seconds = rest_seconds
        self._fired_at = dict(fired_at)
        self._heard: OrderedDict[str, _Heard] = OrderedDict()

    def hear(self, segment: Segment, now: float) -> list[Match]:
        """Return the match of each rule that this segment triggers now, in the order of the text.

        Args:
            segment: an interim or a final; what comes after a segment's final is ignored.
            now: the present in seconds, on any clock that does not go back.
        """
        heard = self._heard.setdefault(segment.id, _Heard())
        self._heard.move_to_end(segment.id)
        if len(self._heard) > self._remember_segments:
            self._heard.popitem(last=False)
        if heard.final:
            return []
        heard.final = segment.final
        # What an interim seems to sound like, its next revision may take back: finals only.
        matches = self.playbook.matches(segment.text, segment.role, by_sound=segment.final)
        return list(self._fire(heard, matches, now))

    @property
    def remembered(self) -> int:
        """Of how many segments it is known what they triggered."""
        return len(self._heard)

    def _fire(self, heard: "_Heard", matches: list[Match], now: float) -> Iterator[Match]:
        for match in matches:
            rule = match.rule
            if rule.id in heard.rule_ids:
                continue
            heard.rule_ids += (rule.id,)
            fired_at = self._fired_at.get(rule.id)
            if fired_at is None or now - fired_at >= self._rest_seconds(rule):
                self._fired_at[rule.id] = now
                yield match


@dataclass(slots=True)
class _Heard:
    """What a segment has brought so far."""

    final: bool = False
    rule_ids: tuple[str, ...] = ()


def phrase_stems(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as they are compared; phrases with the same stems are one."""
    return tuple(_stem(word) for word in _WORD.findall(phrase))


@lru_cache(maxsize=_STEMS_CACHED)
def _stem(word: str) -> str:
    plain = unicodedata.normalize("NFC", word).lower().replace("’", "'").replace("ʼ", "'")
    if len(plain) > _LONGEST_STEMMED:
        return plain
    with _stemmer_lock:
        return str(_stemmer.stemWord(plain))


def _listens_to(rule: Rule, role: Role | None) -> bool:
    return role is None or rule.heard_from in (role, "anyone")
