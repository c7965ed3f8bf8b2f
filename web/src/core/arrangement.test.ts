import { describe, expect, test } from 'vitest';
import { arrange, describeLeaving, isOnScreen } from './arrangement';
import { makePoint } from './points.fixture';
import type { TalkingPoint } from './talkingPoints';

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
    expect(isOnScreen(makePoint({ id: 'a', ...changes }))).toBe(expected);
  });
});

describe('arranging', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((id) => makePoint({ id }));

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
  expect(describeLeaving(makePoint({ id: 'a', state: 'withdrawn' }))).toContain('Said');
  expect(describeLeaving(makePoint({ id: 'a', state: 'expired' }))).toContain('over');
  expect(describeLeaving(makePoint({ id: 'a', state: 'dismissed' }))).toBe('');
});
