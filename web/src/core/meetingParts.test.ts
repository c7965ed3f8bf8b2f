import { expect, test } from 'vitest';
import { exportQuery, readCoverageRows, readSpentCosts, readTasks } from './meetingParts';

test('subtitles are only what was said; the rest has the minutes too', () => {
  expect(exportQuery('srt', true)).toBe('format=srt');
  expect(exportQuery('pdf', false)).toBe('format=pdf');
  expect(exportQuery('pdf', true)).toBe('format=pdf&with=transcript%2Cminutes');
});

test('costs name each currency, and what has no known price', () => {
  const provider = { provider: 'ollama', model: 'm', usage: { input_tokens: 5 }, cost: null };
  expect(
    readSpentCosts({ costs: { USD: 0.25, EUR: 1 }, complete: false, providers: [provider] }),
  ).toEqual({
    total: '$0.25 and €1.00 and an amount whose price is unknown',
    rows: [expect.objectContaining({ name: 'ollama m', cost: 'price unknown' })],
  });
  expect(readSpentCosts({ costs: {}, complete: true, providers: [] })?.total).toBe('nothing');
  expect(readSpentCosts({ costs: {}, providers: [{ model: 1 }] })).toBeUndefined();
});

test('a list with an item that makes no sense is not read', () => {
  expect(readTasks({ tasks: [] })).toEqual([]);
  expect(readTasks({ tasks: [{ id: 'a' }] })).toBeUndefined();
  expect(readTasks({})).toBeUndefined();
});

test('nobody was heard: there are no rows', () => {
  expect(readCoverageRows({ speakers: [] })).toEqual([]);
  expect(readCoverageRows({ speakers: [{ identity: 'a' }] })).toBeUndefined();
});
