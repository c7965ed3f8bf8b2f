import { expect, test } from 'vitest';
import { announceLines, announceNotes } from './announcements';
import { NO_NOTES, takeLine, takePoint } from './notes';
import { makePoint } from './points.fixture';
import type { TalkingPoint } from './talkingPoints';
import type { Line } from './transcript';

function line(changes: Partial<Line> = {}): Line {
  return {
    key: 'guest-1 s1',
    identity: 'guest-1',
    name: 'Pat',
    role: 'guest',
    text: 'How much is it?',
    final: true,
    startedAtMs: 500,
    endedAtMs: 1000,
    sequence: 1,
    ...changes,
  };
}

const keysOf = (changes: Partial<TalkingPoint>) =>
  announceNotes(takePoint(NO_NOTES, makePoint(changes)), 1000).map(({ key }) => key);

test('a point is read once: a pin is no news, better words are', () => {
  expect(keysOf({ pinned: true, version: 2 })).toEqual(keysOf({}));
  expect(keysOf({ text: 'Say that it is 20 a month.', version: 3 })).not.toEqual(keysOf({}));
});

test.each([{ complete: false }, { state: 'expired' as const }, { heard_at_ms: 999 }])(
  'not read: %j',
  (changes) => {
    expect(keysOf(changes)).toEqual([]);
  },
);

test('finished lines of others are read, one’s own and those of before are not', () => {
  const said = (changes: Partial<Line>, self = 'host-1') =>
    announceLines(takeLine(NO_NOTES, line(changes)), self, 1000).map(({ text }) => text);
  expect(said({})).toEqual(['Pat: How much is it?']);
  expect(said({ final: false })).toEqual([]);
  expect(said({ endedAtMs: 999 })).toEqual([]);
  expect(said({}, 'guest-1')).toEqual([]);
});
