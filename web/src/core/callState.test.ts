import { expect, test } from 'vitest';
import { type CallState, describeQuiet, describeVoice } from './callState';

const STATE: CallState = {
  v: 1,
  paused: false,
  muted: false,
  playbook: 'sales',
  playbooks: [],
  goal: '',
  instruction: '',
  model: 'gpt-4o-mini',
  model_quiet_because: '',
  voice: 'flite',
  voice_missing_because: '',
};

test('while all is as it should be, nothing is said', () => {
  expect(describeQuiet(STATE)).toBeUndefined();
});

test('no model answers: the reason, and that the playbook goes on', () => {
  const quiet = { ...STATE, model: '', model_quiet_because: 'the rate limit is reached.' };
  expect(describeQuiet(quiet)).toBe(
    'No model answers: the rate limit is reached. The playbook goes on.',
  );
  expect(describeQuiet({ ...quiet, paused: true })).toContain('paused');
});

test.each([
  [{}, 'flite reads aloud what you ask for.'],
  [{ muted: true }, 'flite is silent.'],
  [{ voice: '', voice_missing_because: 'flite is not installed.' }, 'flite is not installed.'],
  [{ voice: '' }, 'Nothing can speak aloud.'],
])('the voice: %j', (changes, words) => {
  expect(describeVoice({ ...STATE, ...changes })).toContain(words);
});
