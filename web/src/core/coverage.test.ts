import { expect, test } from 'vitest';
import { describeCoverage, formatSeconds, readCoverage } from './coverage';

const SPEAKER = {
  identity: 'guest-1',
  name: 'Ben',
  received_seconds: 100,
  silent_seconds: 50,
  sent_seconds: 47,
  recognized_seconds: 42.4,
  without_text_seconds: 0.3,
};

const read = (report: unknown) => readCoverage(new TextEncoder().encode(JSON.stringify(report)));

test('where the seconds of a speaker went, in words', () => {
  const dropped_seconds = { provider_down: 2.2, queue_full: 1, consent: 0 };
  const report = read({ at_ms: 1000, speakers: [{ ...SPEAKER, dropped_seconds }] });
  expect(report && describeCoverage(report)).toEqual([
    {
      identity: 'guest-1',
      name: 'Ben',
      heard: '42 s',
      silent: '50 s',
      unrecognized: 'under 1 s',
      dropped: '3 s',
      reasons: 'no recognizer answered: 2 s, sound came too fast: 1 s',
    },
  ]);
});

test('nothing dropped needs no reason', () => {
  const report = read({ at_ms: 1000, speakers: [SPEAKER] });
  expect(report && describeCoverage(report)[0]).toMatchObject({ dropped: '0 s', reasons: '' });
});

test.each([
  { at_ms: 8_640_000_000_000_001, speakers: [] },
  { at_ms: 1000, speakers: [{ ...SPEAKER, received_seconds: -1 }] },
  { at_ms: 1000, speakers: [{ ...SPEAKER, dropped_seconds: { boredom: 1 } }] },
  { at_ms: 1000, speakers: { 'guest-1': SPEAKER } },
])('a report that makes no sense is refused: %j', (report) => {
  expect(read(report)).toBeUndefined();
});

test.each([
  [0, '0 s'],
  [0.4, 'under 1 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [125, '2 min 5 s'],
  [7260, '2 h 1 min'],
])('%d seconds are %j', (seconds, words) => {
  expect(formatSeconds(seconds)).toBe(words);
});
