import { expect, test } from 'vitest';
import { describeStatus } from './callStatus';

const AGENT = {
  'lk.agent.state': 'listening',
  'sidenote.recognizer': 'pocketsphinx on this machine',
  'sidenote.advice': 'playbook only',
};

test('everybody reads what transcribes the call; only a host reads what advises', () => {
  const host = describeStatus('connected', AGENT, true, 'host');
  const guest = describeStatus('connected', AGENT, true, 'guest');
  expect(host.text).toBe('This call is transcribed by pocketsphinx on this machine.');
  expect(guest.text).toBe(host.text);
  expect(host.advice).toBe('playbook only');
  expect(guest.advice).toBeUndefined();
});

test('without an agent the page says that nothing is transcribed', () => {
  expect(describeStatus('connected', undefined, false, 'guest')).toMatchObject({
    kind: 'absent',
    text: 'Sidenote is not in this call yet: nothing is transcribed.',
  });
});

test('an agent that has gone is told from one that has not come', () => {
  expect(describeStatus('connected', undefined, true, 'guest').text).toContain('has left');
});

test.each([{}, { 'lk.agent.state': 'initializing' }])('an agent that is not ready: %j', (agent) => {
  expect(describeStatus('connected', agent, true, 'host').kind).toBe('waiting');
});

test('an agent that does not name its recognizer still counts', () => {
  const status = describeStatus('connected', { 'lk.agent.state': 'listening' }, true, 'host');
  expect(status).toEqual({
    kind: 'listening',
    text: 'This call is transcribed.',
    advice: undefined,
  });
});

test('a lost connection comes before everything else', () => {
  expect(describeStatus('reconnecting', AGENT, true, 'host').kind).toBe('waiting');
  expect(describeStatus('connecting', AGENT, true, 'host').kind).toBe('waiting');
});
