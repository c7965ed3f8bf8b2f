import { describe, expect, test } from 'vitest';
import {
  type Consent,
  describeEmptyTranscript,
  describePolicy,
  readConsent,
  readErased,
  standingOf,
  writeAnswer,
  writeOffTheRecord,
} from './consent';

function consent(changes: Partial<Consent> = {}): Consent {
  return { v: 1, policy: 'notice', off_the_record_since_ms: null, answers: {}, ...changes };
}

describe('reading', () => {
  test('what is left out has its default', () => {
    expect(readConsent('{"policy": "notice"}')).toEqual(consent());
  });

  test.each([
    '',
    '[]',
    '{}',
    '{"policy": "maybe"}',
    '{"policy": "ask", "answers": {"guest-1": "perhaps"}}',
    '{"policy": "ask", "off_the_record_since_ms": 8640000000000001}',
    '{"policy": "ask", "v": 2}',
  ])('%s is refused', (text) => {
    expect(readConsent(text)).toBeUndefined();
  });

  test('whose words are to go, and up to where', () => {
    const read = (text: string) => readErased(new TextEncoder().encode(text));
    expect(read('{"speaker_identity": "guest-1", "transcript_sequence": 4}')).toEqual({
      v: 1,
      speaker_identity: 'guest-1',
      transcript_sequence: 4,
      sequence: 0,
    });
    expect(read('{}')).toBeUndefined();
    expect(read('no JSON')).toBeUndefined();
  });
});

describe('standing', () => {
  test.each([
    ['notice', undefined, 'transcribed'],
    ['notice', 'no', 'refused'],
    ['ask', undefined, 'unanswered'],
    ['ask', 'yes', 'transcribed'],
    ['ask', 'no', 'refused'],
    ['off', 'yes', 'off'],
  ] as const)('policy %s, answer %s: %s', (policy, answer, standing) => {
    const answers = answer ? { 'guest-1': answer } : {};
    expect(standingOf(consent({ policy, answers }), 'guest-1')).toBe(standing);
  });

  test('off the record nobody is transcribed, and a no or a missing answer is still seen', () => {
    const off = consent({ off_the_record_since_ms: 0, answers: { 'guest-1': 'no' } });
    expect(standingOf(off, 'host-1')).toBe('off_the_record');
    expect(standingOf(off, 'guest-1')).toBe('refused');
    expect(standingOf({ ...off, policy: 'ask' }, 'host-1')).toBe('unanswered');
  });

  test('an identity that is also a word of the language has not answered', () => {
    expect(standingOf(consent({ policy: 'ask' }), 'constructor')).toBe('unanswered');
  });
});

test('before the call nobody is promised more than is known', () => {
  expect(describePolicy(undefined)).toContain('may be transcribed');
  for (const policy of [undefined, 'notice'] as const) {
    expect(describePolicy(policy)).toContain('You can say no in the call');
  }
  expect(describePolicy('ask')).toContain('before a yes, it is not');
  expect(describePolicy('off')).toContain('Nobody is transcribed');
});

test('the empty transcript says whose words will come', () => {
  expect(describeEmptyTranscript(undefined)).toContain('everybody');
  expect(describeEmptyTranscript('ask')).toContain('those who agreed');
  expect(describeEmptyTranscript('off')).toContain('Nobody');
});

test('requests say what the agent reads', () => {
  expect(JSON.parse(writeAnswer('no', true))).toEqual({ v: 1, answer: 'no', erase: true });
  expect(JSON.parse(writeOffTheRecord(false))).toEqual({ v: 1, off: false });
});
