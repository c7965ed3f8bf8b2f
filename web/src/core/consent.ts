import { type ConsentRequest } from '../wire/consentRequest';
import { type ConsentState as Received, consentStateSchema } from '../wire/consentState';
import { type Erased, erasedSchema } from '../wire/erased';
import { type OffTheRecordRequest } from '../wire/offTheRecordRequest';
import { PROTOCOL_VERSION } from '../wire/topics';
import { readMessage, readText, readValue } from './message';
import { isDate } from './schema';

/** Who is listened to, as the agent says. */
export type Consent = Required<Received>;
export type ConsentPolicy = Consent['policy'];
export type ConsentAnswer = Consent['answers'][string];

/** Whether one participant is transcribed now, and why not. */
export type Standing = 'transcribed' | 'refused' | 'unanswered' | 'off_the_record' | 'off';

/** Returns what the agent's attribute says, or undefined if it cannot be read. */
export function readConsent(text: string): Consent | undefined {
  const read = readText(consentStateSchema, text) as Received | undefined;
  if (!read) return undefined;
  const since = read.off_the_record_since_ms ?? null;
  if (since !== null && !isDate(since)) return undefined;
  return {
    v: read.v ?? PROTOCOL_VERSION,
    policy: read.policy,
    off_the_record_since_ms: since,
    answers: read.answers ?? {},
  };
}

/** Whose words are forgotten, and up to where. */
export type Erasure = Required<Erased>;

/** Returns what was erased, or undefined if the message cannot be read. */
export function readErased(payload: Uint8Array): Erasure | undefined {
  return readMessage(erasedSchema, payload) as Erasure | undefined;
}

/** The same for an erasure within another message. */
export function readCaughtErasure(value: unknown): Erasure | undefined {
  return readValue(erasedSchema, value) as Erasure | undefined;
}

export function standingOf(consent: Consent, identity: string): Standing {
  // Identities come from tokens: one may be called "constructor".
  const answer = Object.hasOwn(consent.answers, identity) ? consent.answers[identity] : undefined;
  if (consent.policy === 'off') return 'off';
  if (answer === 'no') return 'refused';
  if (answer === undefined && consent.policy === 'ask') return 'unanswered';
  return consent.off_the_record_since_ms === null ? 'transcribed' : 'off_the_record';
}

/** What everybody reads of a participant. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  transcribed: 'Transcribed',
  refused: 'Not transcribed',
  unanswered: 'Has not answered',
  off_the_record: 'Off the record',
  off: 'Not transcribed',
};

/** What a participant reads of themself. */
export const OWN_WORDS: Readonly<Record<Standing, string>> = {
  transcribed: 'You are transcribed.',
  refused: 'You are not transcribed.',
  unanswered: 'Until you answer, you are not transcribed.',
  off_the_record: 'You are not transcribed while the call is off the record.',
  off: 'Nobody is transcribed in this call.',
};

/** Says in the lobby who will be transcribed; the policy is not known before the first call. */
export function describePolicy(policy: ConsentPolicy | undefined): string {
  switch (policy) {
    case 'notice':
      return 'What everybody says is transcribed, and everybody can read it. You can say no in the call at any time.';
    case 'ask':
      return 'You will be asked whether what you say may be transcribed: before a yes, it is not.';
    case 'off':
      return 'Nobody is transcribed in this call.';
    case undefined:
      return 'What is said may be transcribed, and everybody can read it. You can say no in the call at any time; to say it before you are heard, join with the microphone off.';
  }
}

/** Says what the empty transcript is waiting for. */
export function describeEmptyTranscript(policy: ConsentPolicy | undefined): string {
  if (policy === 'off') return 'Nobody is transcribed in this call.';
  if (policy === 'ask') {
    return 'What is said by those who agreed appears here, a moment after it is said.';
  }
  return 'What everybody says appears here, a moment after it is said.';
}

export function writeAnswer(answer: ConsentAnswer, erase: boolean): string {
  return JSON.stringify({ v: PROTOCOL_VERSION, answer, erase } satisfies ConsentRequest);
}

export function writeOffTheRecord(off: boolean): string {
  return JSON.stringify({ v: PROTOCOL_VERSION, off } satisfies OffTheRecordRequest);
}
