import { describe, expect, test } from 'vitest';
import { followPeriods, type Period, placeMarks } from './offTheRecord';
import type { Line } from './transcript';

function line(startedAtMs: number): Line {
  return {
    key: `at ${startedAtMs}`,
    identity: 'guest-1',
    name: 'Pat',
    role: 'guest',
    text: 'hello',
    final: true,
    startedAtMs,
    sequence: 1,
    endedAtMs: startedAtMs + 1,
  };
}

/** The states of the agent, one after the other, seen ten milliseconds apart. */
const follow = (...states: (number | null)[]) =>
  states.reduce<readonly Period[]>(
    (periods, since, index) => followPeriods(periods, since, 1000 + index * 10),
    [],
  );

describe('following', () => {
  test('a call that was never off the record has no periods', () => {
    expect(follow(null, null)).toEqual([]);
  });

  test('a period begins when the agent says and ends when the page sees it', () => {
    expect(follow(null, 5, 5, null, null)).toEqual([{ fromMs: 5, untilMs: 1030 }]);
  });

  test('who comes late sees a period that began before', () => {
    expect(follow(5)).toEqual([{ fromMs: 5, untilMs: undefined }]);
  });

  test('a second period that follows unseen ends the first', () => {
    expect(follow(5, 9)).toEqual([
      { fromMs: 5, untilMs: 1010 },
      { fromMs: 9, untilMs: undefined },
    ]);
  });

  test('nothing changes while nothing happens', () => {
    const once = follow(5);
    expect(followPeriods(once, 5, 2000)).toBe(once);
  });
});

describe('placing', () => {
  const kinds = (lines: readonly Line[], periods: readonly Period[]) =>
    placeMarks(lines, periods, []).map((entry) =>
      entry.kind === 'line' ? entry.line.key : entry.kind,
    );

  test('marks stand between what was said before and after', () => {
    const periods = [{ fromMs: 5, untilMs: 8 }];
    expect(kinds([line(1), line(9)], periods)).toEqual(['at 1', 'off', 'on', 'at 9']);
  });

  test('a clock that is ahead does not move words into the time off the record', () => {
    const periods = [{ fromMs: 5, untilMs: 90_000 }];
    expect(kinds([line(1), line(9)], periods)).toEqual(['at 1', 'off', 'on', 'at 9']);
  });

  test('an end is never shown before its beginning', () => {
    const [, on] = placeMarks([], [{ fromMs: 5, untilMs: 2 }], []);
    expect(on).toEqual({ kind: 'on', key: 'on 5', atMs: 5 });
  });

  test('a period that lasts has no end, and every mark a key of its own', () => {
    const periods = [
      { fromMs: 2, untilMs: 3 },
      { fromMs: 6, untilMs: undefined },
    ];
    expect(kinds([line(1), line(4)], periods)).toEqual(['at 1', 'off', 'on', 'at 4', 'off']);
    const keys = placeMarks([], periods, []).map((entry) => entry.kind !== 'line' && entry.key);
    expect(new Set(keys).size).toBe(3);
  });
});

test('a time in which nobody listened stands where it began, among the other marks', () => {
  const gap = {
    v: 1,
    started_at_ms: 4,
    ended_at_ms: 6,
    reason: 'agent_away',
    transcript_sequence: 2,
  } as const;
  const entries = placeMarks([line(1), line(7), line(9)], [{ fromMs: 8, untilMs: 8 }], [gap]);
  expect(entries.map((entry) => entry.kind)).toEqual(['line', 'gap', 'line', 'off', 'on', 'line']);
});
