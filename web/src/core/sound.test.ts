import { expect, test } from 'vitest';
import { ownSound, readSound } from './sound';

function read(state: object) {
  const sound = readSound(JSON.stringify(state));
  if (!sound) throw new Error('the state was not read');
  return sound;
}

test('nobody is asked before the recording runs', () => {
  expect(ownSound(read({}), 'guest-1')).toBe('unasked');
  expect(ownSound(read({ answers: { 'guest-1': 'yes' } }), 'guest-1')).toBe('agreed');
});

test('while it runs, each has its own standing', () => {
  const sound = read({
    on_since_ms: 1_900_000_000_000,
    answers: { 'host-1': 'yes', 'host-2': 'yes', 'guest-1': 'no' },
    recorded: ['host-1'],
  });
  expect(ownSound(sound, 'host-1')).toBe('recorded');
  expect(ownSound(sound, 'host-2')).toBe('agreed');
  expect(ownSound(sound, 'guest-1')).toBe('refused');
  expect(ownSound(sound, 'constructor')).toBe('unanswered');
});

test('what no calendar has is not read', () => {
  expect(readSound(JSON.stringify({ on_since_ms: Number.MAX_SAFE_INTEGER }))).toBeUndefined();
  expect(readSound('no json')).toBeUndefined();
});
