import { type Gap as Received, gapSchema } from '../wire/gap';
import { readMessage, readValue } from './message';
import { isDate } from './schema';

/** A time in which no agent listened: what was said in it is in no transcript. */
export type Gap = Required<Received>;

const KEPT = 100;

/** Returns when nobody listened, or undefined if the message cannot be read. */
export function readGap(payload: Uint8Array): Gap | undefined {
  return check(readMessage(gapSchema, payload) as Gap | undefined);
}

/** The same for a gap within another message. */
export function readCaughtGap(value: unknown): Gap | undefined {
  return check(readValue(gapSchema, value) as Gap | undefined);
}

/** Returns the gaps with one more, once, in the order of time; the newest hundred. */
export function mergeGap(gaps: readonly Gap[], gap: Gap): readonly Gap[] {
  if (gaps.some((known) => known.started_at_ms === gap.started_at_ms)) return gaps;
  return [...gaps, gap].sort((one, other) => one.started_at_ms - other.started_at_ms).slice(-KEPT);
}

function check(gap: Gap | undefined): Gap | undefined {
  return gap && isDate(gap.started_at_ms) && isDate(gap.ended_at_ms) ? gap : undefined;
}
