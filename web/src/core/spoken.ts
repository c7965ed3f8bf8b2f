import { headersOf } from './briefs';
import { askFor } from './http';
import type { MeetingAccess } from './meetingParts';
import { meetingPath } from './meetings';
import type { Entry } from './offTheRecord';
import type { Problem } from './problem';
import { isDate, isObject, type JsonObject, readObject, type Schema } from './schema';
import { keyOf, type Line } from './transcript';

/** A part of a kept transcript, in the order of time. */
export interface SpokenPage {
  readonly entries: readonly Entry[];
  /** Undefined: nothing follows. */
  readonly next: string | undefined;
}

const TEXT: Schema = { type: 'string' };
const TIME: Schema = { type: 'integer' };

const SEGMENT: Schema = {
  properties: {
    segment_id: TEXT,
    sequence: { type: 'integer' },
    speaker_identity: TEXT,
    speaker_name: TEXT,
    speaker_role: { enum: ['host', 'guest'], type: 'string' },
    started_at_ms: TIME,
    ended_at_ms: TIME,
    text: TEXT,
  },
  required: [
    'segment_id',
    'sequence',
    'speaker_identity',
    'speaker_name',
    'speaker_role',
    'started_at_ms',
    'ended_at_ms',
    'text',
  ],
};

/** The first part is what fits a screen many times over; the rest comes while one reads. */
const FIRST = 200;
const LATER = 1000;

export async function fetchSpoken(
  { credential, roomSid }: MeetingAccess,
  cursor: string | undefined,
): Promise<SpokenPage | Problem> {
  const query = new URLSearchParams(
    cursor === undefined ? { limit: String(FIRST) } : { limit: String(LATER), cursor },
  );
  const request = { headers: headersOf({ jwt: credential }) };
  return askFor(`${meetingPath(roomSid)}/segments?${query.toString()}`, request, readSpokenPage);
}

export function readSpokenPage(value: unknown): SpokenPage | undefined {
  if (!isObject(value) || !Array.isArray(value.items)) return undefined;
  const cursor = value.next_cursor;
  if (cursor !== null && typeof cursor !== 'string') return undefined;
  const entries: Entry[] = [];
  for (const item of value.items as unknown[]) {
    const read = readItem(item);
    if (!read) return undefined;
    entries.push(...read);
  }
  return { entries, next: cursor ?? undefined };
}

function readItem(item: unknown): readonly Entry[] | undefined {
  if (!isObject(item)) return undefined;
  switch (item.type) {
    case 'segment':
      return readSegment(item);
    case 'gap':
      return readTimes(item, ({ from, until }) =>
        until === undefined
          ? undefined
          : [
              {
                kind: 'gap',
                key: `gap ${from}`,
                gap: { started_at_ms: from, ended_at_ms: until },
              },
            ],
      );
    case 'off_the_record':
      return readTimes(item, ({ from, until }) => [
        { kind: 'off', key: `off ${from}`, atMs: from },
        ...(until === undefined ? [] : [{ kind: 'on', key: `on ${from}`, atMs: until } as const]),
      ]);
    default:
      // A kind of a later version is passed over: the rest of the transcript stays readable.
      return [];
  }
}

function readSegment(item: JsonObject): readonly Entry[] | undefined {
  const segment = readObject(SEGMENT, item);
  if (!segment || !isDate(segment.started_at_ms as number)) return undefined;
  const line: Line = {
    key: keyOf(segment.speaker_identity as string, segment.segment_id as string),
    identity: segment.speaker_identity as string,
    name: segment.speaker_name as string,
    role: segment.speaker_role as Line['role'],
    text: (segment.text as string).trim(),
    final: true,
    startedAtMs: segment.started_at_ms as number,
    endedAtMs: segment.ended_at_ms as number,
    sequence: segment.sequence as number,
  };
  return [{ kind: 'line', line }];
}

interface Times {
  readonly from: number;
  readonly until: number | undefined;
}

function readTimes(
  item: JsonObject,
  make: (times: Times) => readonly Entry[] | undefined,
): readonly Entry[] | undefined {
  const { started_at_ms: from, ended_at_ms: until } = item;
  if (typeof from !== 'number' || !isDate(from)) return undefined;
  if (until === null) return make({ from, until: undefined });
  return typeof until === 'number' && isDate(until) ? make({ from, until }) : undefined;
}

/** Returns the lines among the entries, in the order in which people began to speak. */
export function linesOf(entries: readonly Entry[]): readonly Line[] {
  return entries.flatMap((entry) => (entry.kind === 'line' ? [entry.line] : []));
}

/** Returns the key of the line with this segment id. */
export function findSegment(lines: readonly Line[], segmentId: string): string | undefined {
  const end = keyOf('', segmentId);
  return lines.find(({ key }) => key.endsWith(end))?.key;
}

/** A line is marked until so long after its end: the eye is slower than the ear. */
const LINGERS_MS = 700;

/** Returns the line that is heard at a time, the newest of those that overlap. */
export function findHeard(lines: readonly Line[], atMs: number): Line | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.startedAtMs ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  const last = lines[low - 1];
  return last && atMs <= last.endedAtMs + LINGERS_MS ? last : undefined;
}

/** Returns the line before or after one, or the first where there is none yet. */
export function stepFrom(
  lines: readonly Line[],
  key: string | undefined,
  by: 1 | -1,
): Line | undefined {
  const index = lines.findIndex((line) => line.key === key);
  return index === -1 ? lines[0] : (lines[index + by] ?? lines[index]);
}
