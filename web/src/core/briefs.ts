import { ask, send } from './http';
import type { Invitation } from './invitation';
import { isProblem, type Problem } from './problem';
import type { Schema } from './schema';

/** A document that a host gave to this room: notes, a price list, answers to common questions. */
export interface Brief {
  readonly document: string;
  /** Lines, or pages of a PDF. */
  readonly lines: number;
  readonly by_page: boolean;
  readonly given_at_ms: number;
}

const BRIEF: Schema = {
  type: 'object',
  properties: {
    document: { type: 'string' },
    lines: { type: 'integer' },
    by_page: { type: 'boolean' },
    given_at_ms: { type: 'integer' },
  },
  required: ['document', 'lines', 'by_page', 'given_at_ms'],
};

const BRIEFS: Schema = {
  properties: { briefs: { type: 'array', items: BRIEF } },
  required: ['briefs'],
};

/** Most bytes of a document; the token server refuses more. */
const MOST_BYTES = 2 * 1024 * 1024;

const KINDS: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  markdown: 'text/markdown',
  pdf: 'application/pdf',
};

/** The endings that the file dialog offers. */
export const BRIEF_ENDINGS = Object.keys(KINDS)
  .map((ending) => `.${ending}`)
  .join(',');

/** What the file is, by its name; undefined: a kind that Sidenote does not read. */
export function kindOf(name: string): string | undefined {
  const ending = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';
  return Object.hasOwn(KINDS, ending) ? KINDS[ending] : undefined;
}

/** Says why a file cannot be a brief, before it is sent; undefined: it can. */
export function refuseFile(name: string, bytes: number): Problem | undefined {
  const title = `${name} cannot be a brief`;
  if (kindOf(name) === undefined) {
    const detail = 'Sidenote reads Markdown, plain text and PDF.';
    return { title, detail, remedy: 'Save it as one of these.', canRetry: false };
  }
  if (bytes > MOST_BYTES) {
    const detail = 'It has more than 2 MB.';
    return { title, detail, remedy: 'Give the parts that matter for this call.', canRetry: false };
  }
  if (bytes > 0) return undefined;
  return { title, detail: 'It is empty.', remedy: 'Choose another file.', canRetry: false };
}

/** `20` lines or pages, in words. */
export function describeLength({ lines, by_page }: Brief): string {
  const unit = by_page ? 'page' : 'line';
  return lines === 1 ? `1 ${unit}` : `${lines} ${unit}s`;
}

export async function fetchBriefs(invitation: Invitation): Promise<readonly Brief[] | Problem> {
  const request = { headers: headersOf(invitation) };
  const answer = await ask<{ briefs: Brief[] }>(pathOf(invitation), request, BRIEFS);
  return isProblem(answer) ? answer : answer.briefs;
}

/** Gives a document to the room; one of the same name is replaced. */
export async function giveBrief(invitation: Invitation, file: File): Promise<Brief | Problem> {
  const request = {
    method: 'PUT',
    headers: { ...headersOf(invitation), 'Content-Type': kindOf(file.name) ?? '' },
    body: file,
  };
  return ask<Brief>(pathOf(invitation, file.name), request, BRIEF);
}

export async function deleteBrief(
  invitation: Invitation,
  document: string,
): Promise<Problem | undefined> {
  const request = { method: 'DELETE', headers: headersOf(invitation) };
  const answer = await send(pathOf(invitation, document), request);
  return answer instanceof Response ? undefined : answer;
}

function pathOf({ room }: Invitation, document?: string): string {
  const briefs = `/rooms/${encodeURIComponent(room)}/briefs`;
  return document === undefined ? briefs : `${briefs}/${encodeURIComponent(document)}`;
}

/** What lets one ask the token server; an API key does what an invitation does, in its place. */
export function headersOf({ jwt }: Pick<Invitation, 'jwt'>): Record<string, string> {
  return jwt === '' ? {} : { Authorization: `Bearer ${jwt}` };
}
