"""Matching texts against a playbook of 10,000 phrases, beside the two obvious ways.

Run with `python -m benchmarks --only playbook`. Words are made up, and every second one is
inflected. The peers know no inflections: they do less for the time they take. Words heard for the
first time in a process cost about 20 us each to stem, so texts of nothing else are shown apart.
"""

import itertools
import random
import re
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from agent.stt.vocabulary import load_vocabulary
from benchmarks.sound_matching import read_lines, read_names
from playbook.pronunciation import pronounce
from playbook.rules import Playbook, PlaybookWatch, Rule, phrase_stems
from playbook.sound_matching import SoundMatcher
from transcript_buffer import Segment

PHRASES = 10_000
PHRASES_PER_RULE = 10
TEXTS = 3_000
PEER_TEXTS = 100
SEED = 11
ENDINGS = ("", "", "", "s", "ed", "ing")


def make_words(chance: random.Random, count: int) -> list[str]:
    """Words of two or three syllables that differ in their stems as well."""
    words: dict[tuple[str, ...], str] = {}
    while len(words) < count:
        syllables = range(chance.choice((2, 2, 3)))
        word = "".join(chance.choice("bcdfgklmnprt") + chance.choice("aeiou") for _ in syllables)
        word += chance.choice("lmnrt")
        words.setdefault(phrase_stems(word), word)
    return list(words.values())


def make_playbook(chance: random.Random, words: list[str]) -> Playbook:
    phrases: set[str] = set()
    while len(phrases) < PHRASES:
        [length] = chance.choices((1, 2, 3, 4), weights=(2, 50, 38, 10))
        phrases.add(" ".join(chance.choices(words, k=length)))
    ordered = sorted(phrases)
    return Playbook(
        "benchmark",
        tuple(
            Rule(id=f"r{at}", phrases=tuple(ordered[at : at + PHRASES_PER_RULE]), say="Say it.")
            for at in range(0, PHRASES, PHRASES_PER_RULE)
        ),
    )


def make_text(
    chance: random.Random, words: list[str], phrases: list[str], length: tuple[int, int]
) -> str:
    said = [chance.choice(words) + chance.choice(ENDINGS) for _ in range(chance.randint(*length))]
    if chance.random() < 0.5:
        phrase = chance.choice(phrases).split()[: len(said)]
        at = chance.randrange(len(said) - len(phrase) + 1)
        said[at : at + len(phrase)] = phrase
    return " ".join(said)


def make_names(book: Playbook) -> Playbook:
    """Return the playbook with a rule more, of names that are found by their sound too."""
    names = tuple(name for name, _ in read_names("names.txt"))
    sounds = pronounce(names, {}, load_vocabulary())
    matcher = SoundMatcher(
        ((name, phones) for name in names for phones in sounds[name.lower()]), load_vocabulary()
    )
    rule = Rule(id="names", phrases=names, say="Say it.")
    return Playbook(book.name, (*book.rules, rule)).with_sounds(matcher)


def run() -> dict[str, Any]:
    """Return microseconds per text."""
    chance = random.Random(SEED)  # noqa: S311 - the same texts every time
    words = make_words(chance, 6_000)
    book = make_playbook(chance, words)
    phrases = [phrase for rule in book.rules for phrase in rule.phrases]
    texts = [make_text(chance, words, phrases, (10, 60)) for _ in range(TEXTS)]
    longest = [make_text(chance, words, phrases, (60, 60)) for _ in range(TEXTS)]
    unheard = [  # no word of the vocabulary begins with z
        " ".join(f"z{''.join(at)}{word}" for word in chance.sample(words, 60))
        for at in itertools.islice(itertools.permutations("bcdfg", 4), PEER_TEXTS)
    ]

    # The longest phrase first, or the alternation stops at the first that fits.
    ordered = sorted(phrases, key=len, reverse=True)
    alternation = re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b")

    cold = _time(book.matches, unheard)
    for text in texts + longest:
        book.matches(text)
    micros = {
        "ours_10_to_60_words": _time(book.matches, texts),
        "ours_60_words": _time(book.matches, longest),
        "ours_60_words_never_heard_before": cold,
        "ours_watch_interims_10_to_60_words": _time(_hear_with(book), texts),
        "regex_alternation_10_to_60_words": _time(alternation.findall, texts[:PEER_TEXTS]),
        "phrase_in_text_10_to_60_words": _time(
            lambda text: [phrase for phrase in phrases if phrase in text],
            texts[:PEER_TEXTS],
        ),
    }
    named = make_names(book)
    # Made-up words have no sound: these are sentences that people say, each heard once or twice.
    sentences = read_lines("ordinary.txt") + read_lines("../sentences.txt")
    micros["ours_sentences_with_48_names_by_sound_first_time"] = _time(named.matches, sentences)
    micros["ours_sentences_with_48_names_by_sound"] = _time(named.matches, sentences)
    ours = micros["ours_10_to_60_words"]["p50"]
    return {
        "phrases": len(phrases),
        "texts_with_a_match": sum(bool(book.matches(text)) for text in texts) / len(texts),
        "microseconds": micros,
        "regex_to_ours_p50": round(micros["regex_alternation_10_to_60_words"]["p50"] / ours, 1),
        "phrase_in_text_to_ours_p50": round(
            micros["phrase_in_text_10_to_60_words"]["p50"] / ours, 1
        ),
    }


def _hear_with(book: Playbook) -> Callable[[str], object]:
    watch = PlaybookWatch(book)

    def hear(text: str) -> object:
        segment = Segment(
            id=str(len(text)),
            speaker="guest-1",
            name="Ana",
            role="guest",
            text=text,
            start_seconds=0,
            end_seconds=1,
            final=False,
        )
        return watch.hear(segment, 1)

    return hear


def _time(work: Callable[[str], object], texts: list[str]) -> dict[str, float]:
    spent = []
    for text in texts:
        begun = perf_counter_ns()
        work(text)
        spent.append(perf_counter_ns() - begun)
    spent.sort()
    return {
        f"p{percent}": round(spent[min(len(spent) - 1, len(spent) * percent // 100)] / 1e3, 1)
        for percent in (50, 95, 99)
    } | {"count": len(spent)}
