import { expect, test } from 'vitest';
import { describeStatus } from './callStatus';
import type { Consent } from './consent';

const AGENT = {
  'lk.agent.state': 'listening',
  'sidenote.recognizer': 'pocketsphinx on this machine',
  'sidenote.advice': 'playbook only',
};

test('everybody reads what transcribes the call; only a host reads what advises', () => {
  const host = describeStatus('connected', AGENT, true, undefined, 'host');
  const guest = describeStatus('connected', AGENT, true, undefined, 'guest');
  expect(host.text).toBe('This call is transcribed by pocketsphinx on this machine.');
  expect(guest.text).toBe(host.text);
  expect(host.advice).toBe('playbook only');
  expect(guest.advice).toBeUndefined();
});

test('without an agent the page says that nothing is transcribed', () => {
  expect(describeStatus('connected', undefined, false, undefined, 'guest')).toMatchObject({
    kind: 'absent',
    text: 'Sidenote is not in this call yet: nothing is transcribed.',
  });
});

test('an agent that has gone is told from one that has not come', () => {
  expect(describeStatus('connected', undefined, true, undefined, 'guest').text).toContain(
    'has left',
  );
});

test.each([{}, { 'lk.agent.state': 'initializing' }])('an agent that is not ready: %j', (agent) => {
  expect(describeStatus('connected', agent, true, undefined, 'host').kind).toBe('waiting');
});

test('an agent that does not name its recognizer still counts', () => {
  const status = describeStatus(
    'connected',
    { 'lk.agent.state': 'listening' },
    true,
    undefined,
    'host',
  );
  expect(status).toEqual({
    kind: 'listening',
    text: 'This call is transcribed.',
    advice: undefined,
  });
});

test('a lost connection comes before everything else', () => {
  expect(describeStatus('reconnecting', AGENT, true, undefined, 'host').kind).toBe('waiting');
  expect(describeStatus('connecting', AGENT, true, undefined, 'host').kind).toBe('waiting');
});

test.each<[Partial<Consent>, string, string]>([
  [{}, 'listening', 'This call is transcribed by'],
  [{ policy: 'ask' }, 'listening', 'Those who agreed are transcribed by'],
  [{ policy: 'off' }, 'off', 'Transcription is off: nobody is transcribed.'],
  [{ off_the_record_since_ms: 0 }, 'off', 'Off the record: nobody is transcribed.'],
])('consent %j: %s', (changes, kind, words) => {
  const consent: Consent = {
    v: 1,
    policy: 'notice',
    off_the_record_since_ms: null,
    answers: {},
    ...changes,
  };
  const status = describeStatus('connected', AGENT, true, consent, 'guest');
  expect(status.kind).toBe(kind);
  expect(status.text).toContain(words);
});
