import { headersOf } from './briefs';
import { ask, send } from './http';
import type { Role } from './invitation';
import type { Problem } from './problem';
import type { Schema } from './schema';

/** What lets one ask about meetings: an invitation or the API key; empty: this machine may. */
export type Credential = string;

export interface MeetingSpeaker {
  readonly identity: string;
  readonly name: string;
  readonly role: Role;
}

/** A part of what was said in which the words of a search stand. */
export interface FoundPart {
  readonly segment_id: string;
  readonly speaker_name: string;
  readonly started_at_ms: number;
  readonly text: string;
  /** First character and the one behind the last, in code points. */
  readonly spans: readonly (readonly [number, number])[];
}

/** A meeting as a list shows it. */
export interface MeetingSummary {
  readonly room_sid: string;
  readonly room_name: string;
  readonly kind: MeetingKind;
  readonly title: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly has_minutes: boolean;
  readonly speakers: readonly MeetingSpeaker[];
  readonly found: readonly FoundPart[] | null;
}
export type MeetingKind = 'call' | 'upload';

export interface MeetingList {
  readonly meetings: readonly MeetingSummary[];
  readonly next_cursor: string | null;
  /** Of a search: old meetings were not looked through. */
  readonly only_newest: boolean;
}

/** Minutes that were asked for. */
export interface Work {
  readonly template: string;
  readonly profile_id: string;
  readonly state: 'waiting' | 'under_way' | 'done' | 'failed';
  readonly reason: string;
}

/** One meeting, and what the asker may see of it. */
export interface Meeting extends MeetingSummary {
  readonly role: Role;
  readonly may_read_minutes: boolean;
  readonly work: readonly Work[];
}

const TEXT: Schema = { type: 'string' };
const TEXT_OR_NULL: Schema = { anyOf: [TEXT, { type: 'null' }] };
const ROLE: Schema = { enum: ['host', 'guest'], type: 'string' };

const SPEAKER: Schema = {
  type: 'object',
  properties: { identity: TEXT, name: TEXT, role: ROLE },
  required: ['identity', 'name', 'role'],
};

const FOUND: Schema = {
  type: 'object',
  properties: {
    segment_id: TEXT,
    speaker_name: TEXT,
    started_at_ms: { type: 'integer' },
    text: TEXT,
    spans: { type: 'array', items: { type: 'array', items: { type: 'integer' }, maxItems: 2 } },
  },
  required: ['segment_id', 'speaker_name', 'started_at_ms', 'text', 'spans'],
};

const SUMMARY: Schema = {
  type: 'object',
  properties: {
    room_sid: TEXT,
    room_name: TEXT,
    kind: { enum: ['call', 'upload'], type: 'string' },
    title: TEXT,
    started_at: TEXT,
    ended_at: TEXT_OR_NULL,
    has_minutes: { type: 'boolean' },
    speakers: { type: 'array', items: SPEAKER },
    found: { anyOf: [{ type: 'array', items: FOUND }, { type: 'null' }], default: null },
  },
  required: ['room_sid', 'room_name', 'kind', 'title', 'started_at', 'ended_at', 'speakers'],
};

const LIST: Schema = {
  properties: {
    meetings: { type: 'array', items: SUMMARY },
    next_cursor: TEXT_OR_NULL,
    only_newest: { type: 'boolean', default: false },
  },
  required: ['meetings', 'next_cursor'],
};

const WORK: Schema = {
  type: 'object',
  properties: {
    template: TEXT,
    profile_id: TEXT,
    state: { enum: ['waiting', 'under_way', 'done', 'failed'], type: 'string' },
    reason: TEXT,
  },
  required: ['template', 'profile_id', 'state', 'reason'],
};

const MEETING: Schema = {
  properties: {
    ...SUMMARY.properties,
    role: ROLE,
    may_read_minutes: { type: 'boolean' },
    work: { type: 'array', items: WORK },
  },
  required: [...(SUMMARY.required ?? []), 'role', 'may_read_minutes', 'work'],
};

/** What a list is asked for; empty: everything. */
export interface Wanted {
  readonly words: string;
  readonly kind: MeetingKind | '';
}

const AT_ONCE = 20;

/** Returns the query of a list: the newest first, or of a search the best first. */
export function queryOf({ words, kind }: Wanted, cursor: string): string {
  const fields = { q: words.trim(), kind, cursor, limit: String(AT_ONCE) };
  return new URLSearchParams(Object.entries(fields).filter(([, text]) => text !== '')).toString();
}

export async function fetchMeetings(
  credential: Credential,
  wanted: Wanted,
  cursor: string,
): Promise<MeetingList | Problem> {
  const request = { headers: headersOf({ jwt: credential }) };
  return ask<MeetingList>(`/meetings?${queryOf(wanted, cursor)}`, request, LIST);
}

export async function fetchMeeting(
  credential: Credential,
  roomSid: string,
): Promise<Meeting | Problem> {
  const request = { headers: headersOf({ jwt: credential }) };
  return ask<Meeting>(meetingPath(roomSid), request, MEETING);
}

/** Deletes a meeting with all its files, for good. */
export async function deleteMeeting(
  credential: Credential,
  roomSid: string,
): Promise<Problem | undefined> {
  const request = { method: 'DELETE', headers: headersOf({ jwt: credential }) };
  const answer = await send(meetingPath(roomSid), request);
  return answer instanceof Response ? undefined : answer;
}

export function meetingPath(roomSid: string): string {
  return `/meetings/${encodeURIComponent(roomSid)}`;
}

/** What a meeting is called: by its minutes, by who spoke, or by its room. */
export function nameOf({ title, speakers, kind, room_name }: MeetingSummary): string {
  if (title !== '') return title;
  const names = speakers.map(({ name }) => name);
  if (kind === 'upload' || names.length === 0) return room_name;
  return `Call of ${listNames(names)}`;
}

/** `Ana, Ben and Cleo` */
export function listNames(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** When it was and how long; `goes on` where it has no end. */
export function describeTime({ started_at, ended_at }: MeetingSummary): string {
  const began = new Date(started_at);
  const when = began.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  if (ended_at === null) return `${when}, goes on`;
  const minutes = Math.round((new Date(ended_at).getTime() - began.getTime()) / 60_000);
  if (minutes < 1) return `${when}, under a minute`;
  if (minutes < 60) return `${when}, ${minutes} min`;
  return `${when}, ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A text cut where the words of a search begin and end. */
export interface MarkedText {
  readonly text: string;
  readonly marked: boolean;
}

/** Cuts a text at its spans, which count code points and stand in order. */
export function markSpans({ text, spans }: Pick<FoundPart, 'text' | 'spans'>): MarkedText[] {
  const signs = Array.from(text);
  const parts: MarkedText[] = [];
  let end = 0;
  const push = (from: number, to: number, marked: boolean) => {
    if (to > from) parts.push({ text: signs.slice(from, to).join(''), marked });
  };
  for (const [from, to] of spans) {
    push(end, Math.max(end, from), false);
    push(Math.max(end, from), to, true);
    end = Math.max(end, to);
  }
  push(end, signs.length, false);
  return parts;
}

/** Says how far the minutes are that were asked for; empty: there is nothing to wait for. */
export function describeWork(work: readonly Work[]): string {
  if (work.some(({ state }) => state === 'under_way')) return 'Minutes are being written…';
  if (work.some(({ state }) => state === 'waiting')) return 'Minutes will be written in a moment…';
  const failed = work.find(({ state }) => state === 'failed');
  if (!failed) return '';
  return `Minutes could not be written${failed.reason ? `: ${failed.reason}` : ''}.`;
}

export function isWriting(work: readonly Work[]): boolean {
  return work.some(({ state }) => state === 'waiting' || state === 'under_way');
}
