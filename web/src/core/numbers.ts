/** Which numbers of a gapless count have come: all up to one, and some beyond a gap. */
export interface Numbers {
  readonly upTo: number;
  /** Ascending; empty: nothing is missing. */
  readonly beyond: readonly number[];
}

export const NO_NUMBERS: Numbers = { upTo: 0, beyond: [] };

/** With more beyond a gap, the highest are forgotten, and asked for again. */
const BEYOND_KEPT = 1000;

/** Returns the numbers with one more; 0 is none. */
export function addNumber(numbers: Numbers, number: number): Numbers {
  if (number <= numbers.upTo || numbers.beyond.includes(number)) return numbers;
  const beyond = [...numbers.beyond, number].sort((a, b) => a - b);
  return close({ upTo: numbers.upTo, beyond: beyond.slice(0, BEYOND_KEPT) });
}

/** Returns the numbers with all up to one: what is missing below it will never come. */
export function addUpTo(numbers: Numbers, upTo: number): Numbers {
  if (upTo <= numbers.upTo) return numbers;
  return close({ upTo, beyond: numbers.beyond.filter((number) => number > upTo) });
}

/** Returns the numbers without some that nobody has given out: somebody made them up. */
export function dropNumbers(numbers: Numbers, madeUp: readonly number[]): Numbers {
  const beyond = numbers.beyond.filter((number) => !madeUp.includes(number));
  return beyond.length === numbers.beyond.length ? numbers : { ...numbers, beyond };
}

export function hasGap(numbers: Numbers): boolean {
  return numbers.beyond.length > 0;
}

function close(numbers: Numbers): Numbers {
  let { upTo } = numbers;
  while (numbers.beyond.includes(upTo + 1)) upTo += 1;
  return { upTo, beyond: numbers.beyond.filter((number) => number > upTo) };
}
