import { type TalkingPoint as Received, talkingPointSchema } from '../wire/talkingPoint';
import { readMessage, readValue } from './message';
import { isDate, type JsonObject } from './schema';
import { mergeVersion } from './versions';

/** A checked talking point; fields that the sender left out carry their default. */
export type TalkingPoint = Required<Received>;

const KEPT = 200;

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readTalkingPoint(payload: Uint8Array): TalkingPoint | undefined {
  return checkDates(readMessage(talkingPointSchema, payload));
}

/** The same for a point within another message. */
export function readCaughtPoint(value: unknown): TalkingPoint | undefined {
  return checkDates(readValue(talkingPointSchema, value));
}

function checkDates(read: JsonObject | undefined): TalkingPoint | undefined {
  const point = read as TalkingPoint | undefined;
  return point && isDate(point.heard_at_ms) ? point : undefined;
}

/** Returns the points with this one taken in: newest words first, the highest version per id. */
export function mergeTalkingPoint(
  points: readonly TalkingPoint[],
  point: TalkingPoint,
  kept = KEPT,
): readonly TalkingPoint[] {
  return mergeVersion(points, point, ({ heard_at_ms }) => heard_at_ms, kept);
}

/** Whether a point rests on what somebody said; a model may only have read it. */
export function restsOn(point: TalkingPoint, identity: string): boolean {
  return point.speaker_identity === identity || point.read_identities.includes(identity);
}
