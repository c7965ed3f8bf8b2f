import { expect, test } from 'vitest';
import { describeStatistics, readStatistics } from './statistics';

const SPEAKER = {
  identity: 'guest-1',
  name: 'Ben',
  talk_seconds: 125,
  share: 0.7083,
  turns: 3,
  longest_monologue_seconds: 20.4,
  interruptions: 1,
  questions: 2,
  words: 323,
  words_per_minute: 155.04,
};

const report = (...speakers: unknown[]) => ({
  at_ms: 1000,
  seconds: 200,
  silent_seconds: 20,
  overlapping_seconds: 0,
  speakers,
});

const read = (content: unknown) =>
  readStatistics(new TextEncoder().encode(JSON.stringify(content)));

test('what a participant has said, in words', () => {
  const known = read(report({ ...SPEAKER, keywords: { 'lead time': 1, price: 2 } }));
  expect(known && describeStatistics(known)).toEqual([
    {
      identity: 'guest-1',
      name: 'Ben',
      share: 0.7083,
      spoke: '71 %, 2 min 5 s',
      turns: '3',
      longest: '20 s',
      interruptions: '1',
      questions: '2',
      pace: '155',
      keywords: 'price 2, lead time 1',
    },
  ]);
});

test('without keywords there is nothing to say of them', () => {
  const known = read(report(SPEAKER));
  expect(known && describeStatistics(known)[0]?.keywords).toBe('');
});

test.each([
  { ...report(), at_ms: 8_640_000_000_000_001 },
  report({ ...SPEAKER, turns: -1 }),
  report(...new Array<unknown>(51).fill(SPEAKER)),
])('a report that makes no sense is refused', (content) => {
  expect(read(content)).toBeUndefined();
});
