import { expect, test } from 'vitest';
import { announceLines, announceNotes } from './announcements';
import { NO_NOTES, takeLine, takePoint } from './notes';
import type { TalkingPoint } from './talkingPoints';
import type { Line } from './transcript';

function point(changes: Partial<TalkingPoint> = {}): TalkingPoint {
  return {
    v: 1,
    id: 'a',
    version: 1,
    sequence: 1,
    source: 'playbook',
    rule_id: null,
    text: 'Say the price.',
    complete: true,
    quote: 'how much',
    segment_id: 's1',
    speaker_identity: 'guest-1',
    speaker_name: 'Pat',
    heard_at_ms: 1000,
    sent_at_ms: 1001,
    answer: null,
    state: 'shown',
    pinned: false,
    useful: null,
    expires_at_ms: null,
    read_identities: [],
    ...changes,
  };
}

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
  announceNotes(takePoint(NO_NOTES, point(changes)), 1000).map(({ key }) => key);

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
