import { expect, test } from 'vitest';
import { type Gap, mergeGap, readGap } from './gaps';

function gap(startedAtMs: number): Gap {
  return {
    v: 1,
    started_at_ms: startedAtMs,
    ended_at_ms: startedAtMs + 3000,
    reason: 'agent_away',
    transcript_sequence: 7,
  };
}

const encode = (message: unknown) => new TextEncoder().encode(JSON.stringify(message));

test('a gap is kept once, however often it comes', () => {
  const known = mergeGap([], gap(5));
  expect(mergeGap(known, gap(5))).toBe(known);
  const longer = { ...gap(5), ended_at_ms: 9000 };
  expect(mergeGap(known, longer)).toEqual([longer]);
});

test('gaps stand in the order of time, and the oldest of very many go', () => {
  let gaps: readonly Gap[] = [];
  for (let number = 150; number > 0; number -= 1) gaps = mergeGap(gaps, gap(number));
  expect(gaps).toHaveLength(100);
  expect(gaps[0]?.started_at_ms).toBeLessThan(gaps[99]?.started_at_ms ?? 0);
  expect(mergeGap([gap(9)], gap(4)).map((each) => each.started_at_ms)).toEqual([4, 9]);
});

test('a time that no clock can show is not read', () => {
  expect(readGap(encode(gap(1790000000000)))).toEqual(gap(1790000000000));
  expect(readGap(encode(gap(9e15)))).toBeUndefined();
});
