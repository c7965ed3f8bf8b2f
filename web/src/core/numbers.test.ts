import { expect, test } from 'vitest';
import { addNumber, addUpTo, dropNumbers, hasGap, NO_NUMBERS } from './numbers';

const add = (...numbers: number[]) => numbers.reduce(addNumber, NO_NUMBERS);

test('numbers in a row leave no gap', () => {
  expect(add(1, 2, 3)).toEqual({ upTo: 3, beyond: [] });
  expect(hasGap(add(1, 2, 3))).toBe(false);
});

test('a missing number is a gap until it comes', () => {
  expect(hasGap(add(1, 3, 4))).toBe(true);
  expect(add(1, 3, 4, 2)).toEqual({ upTo: 4, beyond: [] });
});

test('the order of arrival does not matter, nor does a number that comes twice', () => {
  expect(add(3, 1, 3, 2, 1)).toEqual(add(1, 2, 3));
});

test('what the agent says it has given out closes the gaps below', () => {
  expect(addUpTo(add(1, 4, 6), 4)).toEqual({ upTo: 4, beyond: [6] });
  expect(addUpTo(add(1, 4, 6), 5)).toEqual({ upTo: 6, beyond: [] });
  expect(addUpTo(add(1, 2), 1)).toEqual(add(1, 2));
});

test('numbers that nobody has given out can be dropped', () => {
  expect(dropNumbers(add(1, 9, 1_000_000), [1_000_000])).toEqual(add(1, 9));
});

test('a flood beyond a gap does not grow without end', () => {
  const flood = add(...Array.from({ length: 1500 }, (_, index) => index + 10));
  expect(flood.beyond.length).toBeLessThanOrEqual(1000);
  expect(flood.beyond[0]).toBe(10);
});
