"""The buffer against a model that is slow, plain and evidently right, on random meetings."""

import random
from math import inf

import pytest

from transcript_buffer import PushOutcome, Segment, TranscriptBuffer

pytestmark = pytest.mark.unit

KEEP_SECONDS = 30.0
WINDOW_SECONDS = 8.0


class PlainBuffer:
    """A dict, scanned whole for every question."""

    def __init__(self, max_segments: int) -> None:
        self.held: dict[str, Segment] = {}
        self.max_segments = max_segments
        self.newest = -inf
        self.lost = (-inf, "")
        self.finals = 0

    def push(self, new: Segment) -> PushOutcome:
        old = self.held.get(new.id)
        if old and old.final:
            return PushOutcome.DUPLICATE if new.final else PushOutcome.OUTDATED
        if old and not new.final:
            if old == new:
                return PushOutcome.DUPLICATE
            if new.end_seconds < old.end_seconds:
                return PushOutcome.OUTDATED
        age = (new.end_seconds, new.id)
        too_old = age <= self.lost or new.end_seconds < self.newest - KEEP_SECONDS
        full = old is None and len(self.held) == self.max_segments
        if too_old or (full and age < min(self.ages())):
            if new.final:
                self.held.pop(new.id, None)
            return PushOutcome.STALE
        self.held[new.id] = new
        self.finals += new.final
        self.newest = max(self.newest, new.end_seconds)
        while len(self.held) > self.max_segments or (
            min(self.ages())[0] < self.newest - KEEP_SECONDS
        ):
            self.lost = max(self.lost, min(self.ages()))
            del self.held[min(self.ages())[1]]
        return PushOutcome.REPLACED if old else PushOutcome.ADDED

    def ages(self) -> list[tuple[float, str]]:
        return [(held.end_seconds, held.id) for held in self.held.values()]

    def window(self, now: float, seconds: float) -> list[Segment]:
        inside = [s for s in self.held.values() if now - seconds <= s.end_seconds <= now]
        return sorted(inside, key=lambda s: (s.start_seconds, s.id))


def random_segment(chance: random.Random, clock: int) -> Segment:
    """Few ids and whole seconds, so that repeats, ties, late and stale ones are frequent."""
    start = clock - chance.choice((0, 0, 1, 2, 5, 12, 40))
    speaker = chance.choice(("ana", "ben", "cy"))
    return Segment(
        id=f"{speaker}-{chance.randrange(clock // 3 + 1)}",
        speaker=speaker,
        name=speaker.title(),
        role="guest",
        text=" ".join(chance.choices(("price", "é", "", "two words"), k=chance.randrange(4))),
        start_seconds=start,
        end_seconds=start + chance.choice((0, 1, 2, 9)),
        final=chance.random() < 0.5,
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_random_meeting_looks_the_same_in_the_plain_model(seed: int) -> None:
    chance = random.Random(seed)
    max_segments = chance.choice((1, 3, 10, 1_000))
    buffer = TranscriptBuffer(WINDOW_SECONDS, KEEP_SECONDS, max_segments)
    model = PlainBuffer(max_segments)
    outcomes = []
    for step in range(400):
        segment = random_segment(chance, step // 3)
        outcomes.append(buffer.push(segment))
        assert outcomes[-1] is model.push(segment)
        if chance.random() < 0.1:
            doomed = model.held.get(segment.id)
            assert buffer.discard(segment.id) is (doomed is not None and not doomed.final)
            if doomed is not None and not doomed.final:
                del model.held[segment.id]
        now = step // 3 + chance.choice((-7, 0, 0, 3))
        seconds = chance.choice((1.0, WINDOW_SECONDS, KEEP_SECONDS))
        assert list(buffer.window(now, seconds)) == model.window(now, seconds)
        assert list(buffer) == model.window(1e9, 1e10)
        assert (buffer.segments, buffer.finals) == (len(model.held), model.finals)
        assert buffer.segments <= max_segments
    assert buffer.duplicates == outcomes.count(PushOutcome.DUPLICATE)
    assert buffer.outdated == outcomes.count(PushOutcome.OUTDATED)
    assert buffer.stale == outcomes.count(PushOutcome.STALE)


@pytest.mark.parametrize("seed", range(20))
def test_a_budget_is_never_exceeded_and_keeps_the_newest(seed: int) -> None:
    chance = random.Random(seed)
    buffer = TranscriptBuffer()
    for step in range(100):
        buffer.push(random_segment(chance, step // 3))
    now = 40.0
    whole = buffer.window(now)
    budget = chance.randrange(1, 60)
    made = buffer.window(now, max_tokens=budget)
    assert made.tokens <= budget
    assert len(made) + made.left_out == len(whole)
    newest = sorted(whole, key=lambda s: (s.end_seconds, s.id))[made.left_out :]
    assert set(made) == set(newest)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_arrival_of_finals_does_not_matter(seed: int) -> None:
    chance = random.Random(seed)
    finals = [
        Segment(
            id=f"s{index}",
            speaker="ana",
            name="Ana",
            role="host",
            text=f"word {index}",
            start_seconds=index % 17,
            end_seconds=index % 17 + index % 3,
            final=True,
        )
        for index in range(60)
    ]
    in_order, shuffled = TranscriptBuffer(), TranscriptBuffer()
    for segment in finals:
        in_order.push(segment)
    for segment in chance.sample(finals, k=60):
        shuffled.push(segment)
    assert list(in_order) == list(shuffled)
    assert in_order.window(20).text() == shuffled.window(20).text()
