import { expect, test } from 'vitest';
import { describeUpload, isOver, readUpload, type Upload } from './uploads';

const UPLOAD: Upload = {
  id: 'UP_1',
  room_sid: 'UP_1',
  name: 'talk.m4a',
  state: 'running',
  cause: null,
  percent: 41.7,
  seconds_left: 133.1,
};

test.each([
  [{}, '41 % transcribed, about 2 min 13 s left'],
  [{ seconds_left: null }, '41 % transcribed'],
  [{ state: 'waiting' }, 'Waits to be transcribed…'],
  [{ state: 'waiting', cause: 'No provider.' }, 'Waits to be transcribed: No provider…'],
  [{ state: 'done' }, 'Transcribed.'],
  [{ state: 'failed', cause: 'no sound.' }, 'It could not be transcribed: no sound.'],
] as const)('how far: %j', (changes, words) => {
  expect(describeUpload({ ...UPLOAD, ...changes })).toBe(words);
});

test('it is over when it is done or has failed', () => {
  expect(isOver(UPLOAD)).toBe(false);
  expect(isOver({ ...UPLOAD, state: 'failed' })).toBe(true);
});

test('what is no upload is not read', () => {
  expect(readUpload(JSON.stringify(UPLOAD))).toMatchObject({ id: 'UP_1' });
  expect(readUpload(JSON.stringify({ ...UPLOAD, state: 'odd' }))).toBeUndefined();
  expect(readUpload('<html>')).toBeUndefined();
});
