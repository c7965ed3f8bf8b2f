import { costReportSchema } from '../wire/costReport';
import { type CoverageReport, coverageReportSchema } from '../wire/coverageReport';
import { statisticsReportSchema } from '../wire/statisticsReport';
import { type Answer, readCaughtAnswer } from './answers';
import { headersOf } from './briefs';
import { type CostRow, describeProviders, formatMoney } from './costs';
import { type CoverageRow, describeCoverage } from './coverage';
import { ask, askFor, send } from './http';
import { type Credential, meetingPath, type Work } from './meetings';
import { readValue } from './message';
import { type Minutes, readCaughtMinutes } from './minutes';
import { isProblem, type Problem } from './problem';
import { isObject, type Schema } from './schema';
import { describeStatistics, type StatisticsRow } from './statistics';
import { readCaughtPoint, type TalkingPoint } from './talkingPoints';
import { readCaughtTask, type Task } from './tasks';

/** What is asked of one meeting. */
export interface MeetingAccess {
  readonly credential: Credential;
  readonly roomSid: string;
}

/** Asks for a part of a meeting that is read as a whole. */
export async function fetchPart<Part>(
  { credential, roomSid }: MeetingAccess,
  part: string,
  read: (value: unknown) => Part | undefined,
): Promise<Part | Problem> {
  const request = { headers: headersOf({ jwt: credential }) };
  return askFor(`${meetingPath(roomSid)}/${part}`, request, read);
}

/** Reads a list under its name; one item that makes no sense spoils the list. */
function listOf<Item>(name: string, read: (value: unknown) => Item | undefined) {
  return (value: unknown): readonly Item[] | undefined => {
    const items: unknown = isObject(value) ? value[name] : undefined;
    if (!Array.isArray(items)) return undefined;
    const known = items.map((item: unknown) => read(item));
    return known.every((item) => item !== undefined) ? known : undefined;
  };
}

export const readPoints = listOf<TalkingPoint>('talking_points', readCaughtPoint);
export const readTasks = listOf<Task>('tasks', readCaughtTask);
export const readAnswers = listOf<Answer>('answers', readCaughtAnswer);
export const readMinutesList = listOf<Minutes>('minutes', readCaughtMinutes);

export function readCoverageRows(value: unknown): readonly CoverageRow[] | undefined {
  if (!isObject(value)) return undefined;
  const report = readValue(coverageReportSchema, { at_ms: 0, speakers: value.speakers });
  return report && describeCoverage(report as unknown as CoverageReport);
}

export function readStatisticsRows(value: unknown): readonly StatisticsRow[] | undefined {
  const report = readValue(statisticsReportSchema, value);
  return (
    report && describeStatistics(report as unknown as Parameters<typeof describeStatistics>[0])
  );
}

/** What a meeting has cost, in words. */
export interface SpentCosts {
  readonly total: string;
  readonly rows: readonly CostRow[];
}

export function readSpentCosts(value: unknown): SpentCosts | undefined {
  if (!isObject(value) || !isObject(value.costs) || !Array.isArray(value.providers)) {
    return undefined;
  }
  const costs = Object.entries(value.costs).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  const report = readValue(costReportSchema, {
    at_ms: 0,
    currency: costs[0]?.[0] ?? 'USD',
    call: 0,
    day: 0,
    level: 'normal',
    providers: value.providers,
  });
  if (!report) return undefined;
  const sums = costs.map(([currency, amount]) => formatMoney(amount, currency));
  const unknown = value.complete === false ? ['an amount whose price is unknown'] : [];
  return {
    total: [...sums, ...unknown].join(' and ') || 'nothing',
    rows: describeProviders(report as unknown as Parameters<typeof describeProviders>[0]),
  };
}

/** A file with everybody's sound; a line is at its start less this one's. */
export interface MixedSound {
  readonly started_at_ms: number;
  readonly duration_ms: number;
  readonly url: string;
}

const SOUND: Schema = {
  properties: {
    mixed: {
      anyOf: [
        {
          type: 'object',
          properties: {
            started_at_ms: { type: 'integer' },
            duration_ms: { type: 'integer' },
            url: { type: 'string', pattern: '^/sound\\?' },
          },
          required: ['started_at_ms', 'duration_ms', 'url'],
        },
        { type: 'null' },
      ],
    },
  },
  required: ['mixed'],
};

/** What there is to play; `mixed` null: nothing was recorded. */
export interface Sounds {
  readonly mixed: MixedSound | null;
}

export async function fetchSound({
  credential,
  roomSid,
}: MeetingAccess): Promise<Sounds | Problem> {
  const request = { headers: headersOf({ jwt: credential }) };
  return ask<Sounds>(`${meetingPath(roomSid)}/sound`, request, SOUND);
}

/** Has minutes written, or written anew; empty: as the meeting's playbook wants, for everybody. */
export async function requestMinutes(
  { credential, roomSid }: MeetingAccess,
  { template, profile_id }: Pick<Work, 'template' | 'profile_id'>,
): Promise<Problem | undefined> {
  const request = {
    method: 'POST',
    headers: { ...headersOf({ jwt: credential }), 'Content-Type': 'application/json' },
    body: JSON.stringify({
      ...(template === '' ? {} : { template }),
      ...(profile_id === '' ? {} : { profile_id }),
    }),
  };
  const answer = await send(`${meetingPath(roomSid)}/minutes`, request);
  return answer instanceof Response ? undefined : answer;
}

export interface Profile {
  readonly id: string;
  readonly name: string;
}

const readProfile = (value: unknown): Profile | undefined =>
  isObject(value) && typeof value.id === 'string' && typeof value.name === 'string'
    ? { id: value.id, name: value.name }
    : undefined;

/** Returns whose personal minutes can be written; none for who may not see the profiles. */
export async function fetchProfiles(credential: Credential): Promise<readonly Profile[]> {
  const request = { headers: headersOf({ jwt: credential }) };
  const answer = await askFor('/profiles', request, listOf('profiles', readProfile));
  return isProblem(answer) ? [] : answer;
}

/** As what a meeting can be saved. */
export const EXPORTS = [
  { format: 'docx', label: 'Word' },
  { format: 'pdf', label: 'PDF' },
  { format: 'md', label: 'Markdown' },
  { format: 'txt', label: 'Text' },
  { format: 'srt', label: 'Subtitles (SRT)' },
  { format: 'vtt', label: 'Subtitles (VTT)' },
  { format: 'json', label: 'JSON' },
] as const;
export type ExportFormat = (typeof EXPORTS)[number]['format'];

/** Formats that are only what was said, line by line. */
const SPOKEN_ONLY: readonly ExportFormat[] = ['srt', 'vtt'];

/** Returns the query of an export; minutes are in it where the format and the meeting have them. */
export function exportQuery(format: ExportFormat, withMinutes: boolean): string {
  if (!withMinutes || SPOKEN_ONLY.includes(format)) return `format=${format}`;
  return new URLSearchParams({ format, with: 'transcript,minutes' }).toString();
}

/** Returns the meeting as a file. */
export async function fetchExport(
  { credential, roomSid }: MeetingAccess,
  format: ExportFormat,
  withMinutes: boolean,
): Promise<Blob | Problem> {
  const request = { headers: headersOf({ jwt: credential }) };
  const path = `${meetingPath(roomSid)}/export?${exportQuery(format, withMinutes)}`;
  const answer = await send(path, request);
  return answer instanceof Response ? answer.blob() : answer;
}
