import { type TalkingPoint as Received, talkingPointSchema } from '../wire/talkingPoint';
import { readMessage } from './message';
import { isDate } from './schema';

/** A checked talking point; fields that the sender left out carry their default. */
export type TalkingPoint = Required<Received>;

const KEPT = 200;

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readTalkingPoint(payload: Uint8Array): TalkingPoint | undefined {
  const point = readMessage(talkingPointSchema, payload) as TalkingPoint | undefined;
  return point && isDate(point.heard_at_ms) ? point : undefined;
}

/**
 * Returns the points with this one taken in: newest words first, the highest version per id.
 * A refinement stays where its first version stood, so that nothing moves under the reader.
 */
export function mergeTalkingPoint(
  points: readonly TalkingPoint[],
  point: TalkingPoint,
  kept = KEPT,
): readonly TalkingPoint[] {
  const index = points.findIndex((known) => known.id === point.id);
  const known = points[index];
  if (known) return known.version >= point.version ? points : points.with(index, point);
  const older = points.findIndex((other) => isNewer(point, other));
  return points.toSpliced(older === -1 ? points.length : older, 0, point).slice(0, kept);
}

/** True if a speaker is quoted, or was read by the model that wrote the point. */
export function restsOn(point: TalkingPoint, speakerIdentity: string): boolean {
  return (
    point.speaker_identity === speakerIdentity || point.read_identities.includes(speakerIdentity)
  );
}

/** Returns the points without those that rest on the words of a speaker. */
export function forgetPointsOn(
  points: readonly TalkingPoint[],
  speakerIdentity: string,
): readonly TalkingPoint[] {
  return points.filter((point) => !restsOn(point, speakerIdentity));
}

function isNewer(point: TalkingPoint, other: TalkingPoint): boolean {
  if (point.heard_at_ms !== other.heard_at_ms) return point.heard_at_ms > other.heard_at_ms;
  return point.sequence > other.sequence;
}
