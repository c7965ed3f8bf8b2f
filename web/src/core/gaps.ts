import { type Gap as Received, gapSchema } from '../wire/gap';
import { readMessage, readValue } from './message';
import { isDate } from './schema';

/** A time in which no agent listened: what was said in it is in no transcript. */
export type Gap = Required<Received>;
export type GapTimes = Pick<Gap, 'started_at_ms' | 'ended_at_ms'>;

const KEPT = 100;

/** Returns when nobody listened, or undefined if the message cannot be read. */
export function readGap(payload: Uint8Array): Gap | undefined {
  return check(readMessage(gapSchema, payload) as Gap | undefined);
}

/** The same for a gap within another message. */
export function readCaughtGap(value: unknown): Gap | undefined {
  return check(readValue(gapSchema, value) as Gap | undefined);
}

/**
 * Returns the gaps with one more, in the order of time; the newest hundred. Of those that began at
 * the same time the longest counts.
 */
export function mergeGap(gaps: readonly Gap[], gap: Gap): readonly Gap[] {
  const same = gaps.find((known) => known.started_at_ms === gap.started_at_ms);
  if (same && same.ended_at_ms >= gap.ended_at_ms) return gaps;
  return [...gaps.filter((known) => known !== same), gap]
    .sort((one, other) => one.started_at_ms - other.started_at_ms)
    .slice(-KEPT);
}

function check(gap: Gap | undefined): Gap | undefined {
  return gap && isDate(gap.started_at_ms) && isDate(gap.ended_at_ms) ? gap : undefined;
}
