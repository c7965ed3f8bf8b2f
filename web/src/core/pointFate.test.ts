import { expect, test } from 'vitest';
import { describeFate } from './pointFate';
import { makePoint } from './points.fixture';

test.each([
  [{}, 'Stood until the end'],
  [{ state: 'dismissed', useful: false }, 'Dismissed, not useful'],
  [{ state: 'withdrawn', pinned: true, useful: true }, 'Said, or no longer true, pinned, useful'],
] as const)('%j', (changes, words) => {
  expect(describeFate(makePoint(changes))).toBe(words);
});
