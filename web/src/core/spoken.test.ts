import { describe, expect, test } from 'vitest';
import { findHeard, findSegment, linesOf, readSpokenPage, stepFrom } from './spoken';

const BEGAN = 1_900_000_000_000;

function segment(number: number) {
  return {
    type: 'segment',
    segment_id: `SG_${number}`,
    sequence: number,
    speaker_identity: 'guest-1',
    speaker_name: 'Ben',
    speaker_role: 'guest',
    started_at_ms: BEGAN + number * 10_000,
    ended_at_ms: BEGAN + number * 10_000 + 4_000,
    text: `line ${number}`,
  };
}

function read(items: readonly object[], next: string | null = null) {
  return readSpokenPage({ items, next_cursor: next });
}

describe('readSpokenPage', () => {
  test('reads lines, gaps and times off the record in their places', () => {
    const page = read(
      [
        segment(1),
        { type: 'gap', started_at_ms: BEGAN, ended_at_ms: BEGAN + 5, reason: 'agent_away' },
        { type: 'off_the_record', started_at_ms: BEGAN, ended_at_ms: BEGAN + 9 },
        { type: 'off_the_record', started_at_ms: BEGAN + 10, ended_at_ms: null },
      ],
      'c',
    );
    expect(page?.entries.map(({ kind }) => kind)).toEqual(['line', 'gap', 'off', 'on', 'off']);
    expect(page?.next).toBe('c');
  });

  test('passes over a kind of a later version, and reads nothing that is broken', () => {
    expect(read([{ type: 'laughter' }, segment(1)])?.entries).toHaveLength(1);
    expect(read([segment(1)])?.next).toBeUndefined();
    expect(read([{ ...segment(1), text: 7 }])).toBeUndefined();
    expect(read([{ type: 'gap', started_at_ms: BEGAN, ended_at_ms: null }])).toBeUndefined();
    expect(readSpokenPage({ items: [] })).toBeUndefined();
  });
});

describe('lines', () => {
  const lines = linesOf(read([1, 2, 3].map(segment))?.entries ?? []);

  test('a segment is found by its own id only', () => {
    expect(findSegment(lines, 'SG_2')).toBe('guest-1 SG_2');
    expect(findSegment(lines, 'G_2')).toBeUndefined();
  });

  test('what is heard is the line that runs, and none between two', () => {
    expect(findHeard(lines, BEGAN + 9_999)).toBeUndefined();
    expect(findHeard(lines, BEGAN + 10_000)?.text).toBe('line 1');
    expect(findHeard(lines, BEGAN + 18_000)).toBeUndefined();
    expect(findHeard(lines, BEGAN + 33_000)?.text).toBe('line 3');
    expect(findHeard([], BEGAN)).toBeUndefined();
  });

  test('steps go from line to line and stay at the ends', () => {
    const [first, second, third] = lines;
    expect(stepFrom(lines, undefined, -1)).toBe(first);
    expect(stepFrom(lines, first?.key, 1)).toBe(second);
    expect(stepFrom(lines, first?.key, -1)).toBe(first);
    expect(stepFrom(lines, third?.key, 1)).toBe(third);
  });
});
