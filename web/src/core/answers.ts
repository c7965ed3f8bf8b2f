import { type Answer as Received, answerSchema } from '../wire/answer';
import { readMessage, readValue } from './message';
import { isDate, type JsonObject } from './schema';
import { mergeVersion } from './versions';

/** A checked answer; fields that the sender left out carry their default. */
export type Answer = Required<Omit<Received, 'quotes'>> & { readonly quotes: readonly Quote[] };

/** Words of the transcript that an answer rests on. */
export type Quote = NonNullable<Received['quotes']>[number];

const KEPT = 100;

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readAnswer(payload: Uint8Array): Answer | undefined {
  return checkDates(readMessage(answerSchema, payload));
}

/** The same for an answer within another message. */
export function readCaughtAnswer(value: unknown): Answer | undefined {
  return checkDates(readValue(answerSchema, value));
}

function checkDates(read: JsonObject | undefined): Answer | undefined {
  const answer = read as Answer | undefined;
  if (!answer || !isDate(answer.asked_at_ms)) return undefined;
  return answer.quotes.every(({ at_ms }) => isDate(at_ms)) ? answer : undefined;
}

/** Returns the answers with this one taken in: newest first, the highest version per id. */
export function mergeAnswer(
  answers: readonly Answer[],
  answer: Answer,
  kept = KEPT,
): readonly Answer[] {
  return mergeVersion(answers, answer, ({ asked_at_ms }) => asked_at_ms, kept);
}

/** Whether an answer rests on what somebody said; a model may only have read it. */
export function echoes({ quotes, read_identities }: Answer, identity: string): boolean {
  return (
    read_identities.includes(identity) ||
    quotes.some(({ speaker_identity }) => speaker_identity === identity)
  );
}
