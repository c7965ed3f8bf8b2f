import { describe, expect, test } from 'vitest';
import { arrange, describeLeaving, isOnScreen } from './arrangement';
import type { TalkingPoint } from './talkingPoints';

function point(id: string, changes: Partial<TalkingPoint> = {}): TalkingPoint {
  return {
    v: 1,
    id,
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

const ids = (points: readonly TalkingPoint[]) => points.map(({ id }) => id).join('');

describe('on the screen', () => {
  test.each([
    [{}, true],
    [{ state: 'withdrawn' }, false],
    [{ state: 'expired' }, false],
    [{ state: 'dismissed' }, false],
    [{ state: 'withdrawn', pinned: true }, true],
    [{ state: 'dismissed', pinned: true }, false],
  ] as const)('%j: %s', (changes, expected) => {
    expect(isOnScreen(point('a', changes))).toBe(expected);
  });
});

describe('arranging', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((id) => point(id));

  test('the newest few are open, the others folded', () => {
    const { open, folded } = arrange(many, undefined);
    expect([ids(open), ids(folded)]).toEqual(['abc', 'de']);
  });

  test('a pinned one stays open, and takes no place of a new one', () => {
    const { open, folded } = arrange(
      many.map((each) => (each.id === 'e' ? { ...each, pinned: true } : each)),
      undefined,
    );
    expect([ids(open), ids(folded)]).toEqual(['abce', 'd']);
  });

  test('the one that the host is busy with stays open', () => {
    expect(ids(arrange(many, 'd').open)).toBe('abcd');
  });
});

test('what goes by itself says why', () => {
  expect(describeLeaving(point('a', { state: 'withdrawn' }))).toContain('Said');
  expect(describeLeaving(point('a', { state: 'expired' }))).toContain('over');
  expect(describeLeaving(point('a', { state: 'dismissed' }))).toBe('');
});
