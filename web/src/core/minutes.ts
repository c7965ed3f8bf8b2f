import { minutesSchema } from '../wire/minutes';
import { readText, readValue } from './message';
import { isDate, type JsonObject } from './schema';
import { describeDue } from './tasks';

/** A place in the transcript. */
export interface Evidence {
  readonly segment_id: string;
  readonly quote: string;
}

/** One statement of the minutes; its last fields are those of actions. */
export interface MinutesLine {
  readonly text: string;
  readonly evidence: readonly Evidence[];
  readonly owner_name?: string;
  readonly due?: string;
  readonly due_spoken?: string;
}

/** Checked minutes. The schema's own types spell every length of a list out: these do not. */
export interface Minutes {
  readonly version: number;
  readonly state: 'live' | 'final';
  readonly template: string;
  readonly profile_id: string;
  readonly written_at_ms: number;
  readonly transcript_sequence: number;
  readonly title: string;
  readonly summary: readonly MinutesLine[];
  readonly key_points: readonly MinutesLine[];
  readonly decisions: readonly MinutesLine[];
  readonly action_items: readonly MinutesLine[];
  readonly open_questions: readonly MinutesLine[];
  readonly conclusion: MinutesLine | null;
  readonly sections: readonly { id: string; title: string; lines: readonly MinutesLine[] }[];
  readonly speakers: readonly { identity: string; name: string; lines: readonly MinutesLine[] }[];
  readonly consent: string;
  readonly coverage: string;
  readonly written_by: readonly string[];
  readonly did_not_answer: readonly string[];
}

/** A heading of the minutes with what stands below it. */
export interface MinutesPart {
  readonly key: string;
  readonly title: string;
  readonly lines: readonly MinutesLine[];
}

/** Returns what the text says, or undefined if it is malformed or of a later protocol. */
export function readMinutes(text: string): Minutes | undefined {
  return check(readText(minutesSchema, text));
}

/** The same for minutes within another message. */
export function readCaughtMinutes(value: unknown): Minutes | undefined {
  return check(readValue(minutesSchema, value));
}

function check(read: JsonObject | undefined): Minutes | undefined {
  const minutes = read as Minutes | undefined;
  return minutes && isDate(minutes.written_at_ms) ? minutes : undefined;
}

/** Returns what the minutes have under each heading; what is empty has none. */
export function partsOf(minutes: Minutes): readonly MinutesPart[] {
  const { conclusion } = minutes;
  return [
    { key: 'summary', title: 'Summary', lines: minutes.summary },
    { key: 'key_points', title: 'Key points', lines: minutes.key_points },
    { key: 'decisions', title: 'Decisions', lines: minutes.decisions },
    { key: 'action_items', title: 'Actions', lines: minutes.action_items },
    { key: 'open_questions', title: 'Open questions', lines: minutes.open_questions },
    ...minutes.sections.map(({ id, title, lines }) => ({ key: `section ${id}`, title, lines })),
    { key: 'conclusion', title: 'Conclusion', lines: conclusion ? [conclusion] : [] },
    ...minutes.speakers.map(({ identity, name, lines }) => ({
      key: `speaker ${identity}`,
      title: `From ${name}`,
      lines,
    })),
  ].filter(({ lines }) => lines.length > 0);
}

/** `Ana, by Fri, Nov 27`; empty for what is no action. */
export function describeOwner({ owner_name = '', due = '', due_spoken = '' }: MinutesLine): string {
  const by = describeDue(due) || due_spoken;
  return [owner_name, by && `by ${by}`].filter((words) => words !== '').join(', ');
}

/** Says who wrote the minutes, and who was asked and did not answer. */
export function describeWriters({ written_by, did_not_answer }: Minutes): string {
  const silent = did_not_answer.length > 0 && `${did_not_answer.join(', ')} did not answer.`;
  const wrote = written_by.length > 0 && `Written by ${written_by.join(', ')}.`;
  return [wrote, silent].filter(Boolean).join(' ');
}

/** What tells the minutes of a meeting apart. */
export function keyOfMinutes({ template, profile_id }: Minutes): string {
  return `${template} ${profile_id}`;
}

/** Returns the chosen ones of a list, which has the newest first; else everybody's newest. */
export function findShown(
  listed: readonly Minutes[],
  chosen: string | undefined,
): Minutes | undefined {
  return (
    listed.find((one) => keyOfMinutes(one) === chosen) ??
    listed.find(({ profile_id }) => profile_id === '') ??
    listed[0]
  );
}

/** `free`, or `free, for ana` */
export function describeKind({ template, profile_id }: Minutes): string {
  return profile_id === '' ? template : `${template}, for ${profile_id}`;
}
