import type { CaughtSegment } from '../wire/catchUpReply';
import { PROTOCOL_VERSION } from '../wire/topics';
import {
  type TranscriptAttributes as Received,
  transcriptAttributesSchema,
} from '../wire/transcriptAttributes';
import type { Role } from './invitation';
import { isDate, readObject, type Schema } from './schema';

export type TranscriptAttributes = Required<Received>;

/** One line of the transcript: an interim, or the final that took its place. */
export interface Line {
  readonly key: string;
  readonly identity: string;
  readonly name: string;
  readonly role: Role;
  readonly text: string;
  readonly final: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Its place in the count of this meeting's finals; 0: an interim. */
  readonly sequence: number;
}

const KEPT = 500;

/** Reads the attributes of a text stream, which are all strings; undefined if malformed. */
export function readAttributes(
  attributes: Readonly<Record<string, string>>,
): TranscriptAttributes | undefined {
  const fields: Readonly<Record<string, Schema>> = transcriptAttributesSchema.properties;
  const typed = Object.entries(attributes)
    .filter(([key]) => key in fields)
    .map(([key, text]) => [key, fromString(fields[key]?.type, text)]);
  return readObject(transcriptAttributesSchema, Object.fromEntries(typed)) as
    TranscriptAttributes | undefined;
}

function fromString(type: string | undefined, text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : undefined;
  return text;
}

/**
 * Returns the line that a text stream carries, or undefined if it cannot be trusted or read.
 *
 * The agent sends in the speaker's name, which the media server allows to agents only. So a
 * stream comes from the agent or from its `sender`, and a sender may at most speak for itself:
 * a stream that names another speaker, or a role that the sender's identity does not carry, is
 * somebody putting words into another mouth.
 */
export function readLine(
  attributes: Readonly<Record<string, string>>,
  sender: string,
  text: string,
): Line | undefined {
  const read = readAttributes(attributes);
  if (!read || read['sidenote.version'] > PROTOCOL_VERSION) return undefined;
  const identity = read['sidenote.speaker_identity'];
  const role = read['sidenote.speaker_role'];
  const startedAtMs = read['sidenote.started_at_ms'];
  if (identity !== sender || !identity.startsWith(`${role}-`) || !isDate(startedAtMs))
    return undefined;
  return {
    key: keyOf(identity, read['lk.segment_id']),
    identity,
    name: read['sidenote.speaker_name'],
    role,
    text: text.trim(),
    final: read['lk.transcription_final'],
    startedAtMs,
    endedAtMs: read['sidenote.ended_at_ms'],
    sequence: read['sidenote.sequence'],
  };
}

/** Returns the same line as a stream would have brought; undefined if it cannot be shown. */
export function readCaughtLine(segment: CaughtSegment): Line | undefined {
  const { speaker_identity: identity, speaker_role: role, started_at_ms: startedAtMs } = segment;
  if ((role !== 'host' && role !== 'guest') || !isDate(startedAtMs)) return undefined;
  return {
    key: keyOf(identity, segment.segment_id),
    identity,
    name: segment.speaker_name,
    role,
    text: segment.text.trim(),
    final: true,
    startedAtMs,
    endedAtMs: segment.ended_at_ms,
    sequence: segment.sequence,
  };
}

/** The key of a line: two people who use the same segment id do not overwrite each other. */
export function keyOf(identity: string, segmentId: string): string {
  return `${identity} ${segmentId}`;
}

/**
 * Returns the lines with this one taken in, in the order in which people began to speak: the
 * same lines give the same list, in whatever order they came.
 * A final replaces the interims of its segment, a late interim replaces nothing, and a final
 * without words takes the line away: the recognizer heard no speech after all.
 */
export function mergeLine(lines: readonly Line[], line: Line, kept = KEPT): readonly Line[] {
  const index = lines.findIndex((known) => known.key === line.key);
  const known = lines[index];
  if (known && isStale(known, line)) return lines;
  const others = known ? lines.toSpliced(index, 1) : lines;
  if (line.text === '') return others;
  const place = others.findLastIndex((other) => !isEarlier(line, other)) + 1;
  return others.toSpliced(place, 0, line).slice(-kept);
}

/** Returns the lines without interims, which nobody finishes any more. */
export function forgetInterims(lines: readonly Line[]): readonly Line[] {
  return lines.filter((line) => line.final);
}

function isEarlier(line: Line, other: Line): boolean {
  if (line.startedAtMs !== other.startedAtMs) return line.startedAtMs < other.startedAtMs;
  return line.key < other.key;
}

function isStale(known: Line, line: Line): boolean {
  if (known.final) return true;
  return !line.final && line.endedAtMs < known.endedAtMs;
}
