"""Names of products that the recognizer does not know: how many a playbook finds, and wrongly so.

Run with `python -m benchmarks.sound_matching`: what the recognizer heard is kept in
`sounds/heard.json`. With `--hear`, flite says everything anew and the recognizer hears it, through
the speech gate and a recognizer process as in a call: ten minutes of a core.

The names: `sounds/names.txt`, on which the thresholds were chosen, and `sounds/held_out_names.txt`.
Each is said in two sentences by two voices, and heard twice: by the recognizer as it comes, and by
one that was told the playbook's words. Ordinary sentences: `sounds/ordinary.txt` and
`sentences.txt`, 200 together, heard by the one that was told. `sounds/traps.txt` was written to
sound like the names ("it is her duty" for PagerDuty) and is matched as text.
"""

import argparse
import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.playbook_sounds import learn_sounds
from agent.stt.recognizer import RecognizerPool
from agent.stt.vocabulary import load_vocabulary
from benchmarks.recognizer import render, segments
from playbook.phones import Phones
from playbook.pronunciation import phones_of
from playbook.rules import Playbook, Rule

FOLDER: Final = Path(__file__).with_name("sounds")
HEARD: Final = FOLDER / "heard.json"
VOICES: Final = ("slt", "rms", "awb")
VOICES_PER_NAME: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One sentence, and what came back."""

    name: str
    """The name in it; empty in an ordinary sentence."""
    held_out: bool
    voice: str
    said: str
    plain: str
    """As the recognizer comes; empty for an ordinary sentence."""
    told: str
    """When it was told the playbook's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many of some sentences a playbook got right."""

    sentences: int
    spelt: int
    """Sentences with the name as it is spelt."""
    by_sound: int
    """More sentences with words that sound like the name."""
    wrong: tuple[str, ...]
    """Each wrong hit: the name, and the words taken for it."""

    @property
    def share(self) -> float:
        """How many of 1 were found."""
        return (self.spelt + self.by_sound) / max(1, self.sentences)


def read_lines(name: str) -> list[str]:
    """Return the lines of a text file here, without comments and empty ones."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def read_names(name: str) -> list[tuple[str, str]]:
    """Return names with how to spell them for a voice."""
    pairs = [line.partition("|") for line in read_lines(name)]
    return [(spelt.strip(), said.strip() or spelt.strip()) for spelt, _, said in pairs]


def make_playbook(
    pronunciations: dict[str, tuple[Phones, ...]],
) -> tuple[Playbook, dict[str, list[str]]]:
    """Return a playbook with one rule for each name, and the words for the recognizer."""
    names = read_names("names.txt") + read_names("held_out_names.txt")
    rules = tuple(
        Rule(id=name.lower(), phrases=(name,), say="Say it.", heard_from="anyone")
        for name, _ in names
    )
    return learn_sounds(Playbook("names", rules, pronunciations), load_vocabulary())


def read_heard() -> tuple[Playbook, list[Heard]]:
    """Return what was heard when it was last measured, and the playbook of that time.

    Its pronunciations are kept with it: other versions of espeak-ng have others.
    """
    kept = json.loads(HEARD.read_text(encoding="utf-8"))
    ways = {
        word.lower(): tuple(phones_of(text) for text in texts)
        for word, texts in kept["pronunciations"].items()
    }
    return make_playbook(ways)[0], [Heard(**fields) for fields in kept["heard"]]


def write_heard(heard: list[Heard]) -> None:
    """Keep what was heard: one row for each sentence, so that changes show."""
    ways = [
        f"{json.dumps(word)}: {json.dumps(ways)}" for word, ways in make_playbook({})[1].items()
    ]
    rows = [json.dumps({slot: getattr(each, slot) for slot in each.__slots__}) for each in heard]
    pronunciations, sentences = ",\n".join(ways), ",\n".join(rows)
    HEARD.write_text(
        f'{{"pronunciations": {{\n{pronunciations}\n}},\n"heard": [\n{sentences}\n]}}\n',
        encoding="utf-8",
    )


def score(playbook: Playbook, texts: Iterable[tuple[str, str, str]]) -> Score:
    """Match texts, each given with its name, or none, and with what was said."""
    sentences = spelt = by_sound = 0
    wrong: list[str] = []
    for name, said, text in texts:
        sentences += 1
        matches = playbook.matches(text)
        right = [match for match in matches if match.phrase == name]
        spelt += any(not match.by_sound for match in right)
        by_sound += bool(right) and all(match.by_sound for match in right)
        wrong += [
            f"{match.phrase}: {match.quote}"
            for match in matches
            # A sentence that really holds the name has no wrong hit.
            if match.phrase != name and match.phrase.lower() not in said.lower().split()
        ]
    return Score(sentences=sentences, spelt=spelt, by_sound=by_sound, wrong=tuple(wrong))


def scores(playbook: Playbook, heard: list[Heard]) -> dict[str, Score]:
    """Return the score of each part of what was heard."""
    named = [each for each in heard if each.name]
    ordinary = [each for each in heard if not each.name]
    return {
        "names, recognizer as it comes": score(
            playbook, ((each.name, each.said, each.plain) for each in named)
        ),
        "names, recognizer told": score(
            playbook, ((each.name, each.said, each.told) for each in named if not each.held_out)
        ),
        "held-out names, recognizer told": score(
            playbook, ((each.name, each.said, each.told) for each in named if each.held_out)
        ),
        "ordinary sentences, heard": score(
            playbook, (("", each.said, each.told) for each in ordinary)
        ),
        "ordinary sentences, as written": score(
            playbook, (("", each.said, each.said) for each in ordinary)
        ),
        "traps, as written": score(
            playbook, (("", line, line) for line in read_lines("traps.txt"))
        ),
    }


def run() -> dict[str, Any]:
    """Return the figures of what was heard."""
    playbook, heard = read_heard()
    return {
        part: {
            "sentences": each.sentences,
            "spelt": each.spelt,
            "by_sound": each.by_sound,
            "share": round(each.share, 3),
            "wrong": list(each.wrong),
        }
        for part, each in scores(playbook, heard).items()
    }


async def hear() -> list[Heard]:
    """Say everything and return what the recognizer heard; needs flite."""
    _, words = make_playbook({})
    carriers = read_lines("name_sentences.txt")
    said: list[tuple[str, bool, str, str, str]] = []
    for held_out, file in ((False, "names.txt"), (True, "held_out_names.txt")):
        for number, (name, spoken) in enumerate(read_names(file)):
            for turn in range(VOICES_PER_NAME):
                voice = VOICES[(number + turn) % len(VOICES)]
                carrier = carriers[(number * 3 + turn * 5) % len(carriers)]
                said.append((name, held_out, voice, carrier.format(name), carrier.format(spoken)))
    ordinary = read_lines("ordinary.txt") + read_lines("../sentences.txt")
    for number, line in enumerate(ordinary):
        said.append(("", False, VOICES[number % len(VOICES)], line, line))
    told = await _hear_all([(voice, spoken) for *_, voice, _, spoken in said], words)
    named = sum(bool(name) for name, *_ in said)
    plain = await _hear_all([(voice, spoken) for *_, voice, _, spoken in said[:named]], {})
    plain += [""] * (len(said) - named)
    return [
        Heard(name=name, held_out=held_out, voice=voice, said=line, plain=plain[at], told=told[at])
        for at, (name, held_out, voice, line, _) in enumerate(said)
    ]


async def _hear_all(spoken: list[tuple[str, str]], words: dict[str, list[str]]) -> list[str]:
    pool = RecognizerPool(1)
    pool.expect(words)
    heard: list[str] = []
    cmn: dict[str, str] = {}
    async with pool:
        for voice, line in spoken:
            texts: list[str] = []
            for segment in segments(pool, render("flite", voice, line), cmn.get(voice)):
                recognized = await segment.final
                cmn[voice] = recognized.cmn
                texts.append(recognized.text)
            heard.append(" ".join(texts).strip())
    return heard


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sound_matching")
    parser.add_argument("--hear", action="store_true", help="say and hear everything anew")
    if parser.parse_args().hear:
        write_heard(asyncio.run(hear()))
    print(json.dumps(run(), indent=2))


if __name__ == "__main__":
    _main()
