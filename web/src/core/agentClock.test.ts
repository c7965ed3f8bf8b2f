import { expect, test } from 'vitest';
import { agentTime, describeAge, noteSentAt } from './agentClock';

test('the quickest message tells best how far the clocks are apart', () => {
  const ahead = noteSentAt(noteSentAt(undefined, 1000, 61_300), 2000, 62_000);
  expect(ahead).toBe(60_000);
  expect(agentTime(ahead, 100_000)).toBe(40_000);
});

test('without a message the clocks are taken to agree', () => {
  expect(agentTime(undefined, 5)).toBe(5);
});

test.each([
  [-5000, 'now'],
  [9_999, 'now'],
  [42_000, '40 s ago'],
  [125_000, '2 min ago'],
  [7_300_000, '2 h ago'],
])('%d ms: %s', (ageMs, words) => {
  expect(describeAge(ageMs)).toBe(words);
});
