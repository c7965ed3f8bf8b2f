import { expect, test } from 'vitest';
import { Erasures } from './erasures';

test('what was on its way when its speaker was forgotten is covered, and only that', () => {
  const erasures = new Erasures();
  erasures.note('guest-1', 1000);
  expect(erasures.covers('guest-1', 1200)).toBe(true);
  expect(erasures.covers('host-1', 1200)).toBe(false);
  expect(erasures.covers('guest-1', 60_000)).toBe(false);
});
