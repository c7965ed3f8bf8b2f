import { headersOf } from './briefs';
import { formatSeconds } from './coverage';
import { ask } from './http';
import type { Credential } from './meetings';
import { type Problem, readProblem, UNREACHABLE } from './problem';
import { readObject, type Schema } from './schema';

/** A recording that was given, and how far it is transcribed. */
export interface Upload {
  readonly id: string;
  readonly room_sid: string;
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly cause: string | null;
  readonly percent: number;
  readonly seconds_left: number | null;
}

const TEXT: Schema = { type: 'string' };

const UPLOAD: Schema = {
  properties: {
    id: TEXT,
    room_sid: TEXT,
    name: TEXT,
    state: { enum: ['waiting', 'running', 'done', 'failed'], type: 'string' },
    cause: { anyOf: [TEXT, { type: 'null' }] },
    percent: { type: 'number' },
    seconds_left: { anyOf: [{ type: 'number' }, { type: 'null' }] },
  },
  required: ['id', 'room_sid', 'name', 'state', 'cause', 'percent', 'seconds_left'],
};

export function readUpload(text: string): Upload | undefined {
  try {
    return readObject(UPLOAD, JSON.parse(text)) as unknown as Upload | undefined;
  } catch {
    return undefined;
  }
}

export async function fetchUpload(credential: Credential, id: string): Promise<Upload | Problem> {
  const request = { headers: headersOf({ jwt: credential }) };
  return ask<Upload>(`/uploads/${encodeURIComponent(id)}`, request, UPLOAD);
}

/**
 * Gives a recording; `onSent` hears how much of it is sent, from 0 to 1. By XMLHttpRequest:
 * `fetch` does not tell. Aborting it resolves as if the server were not reached.
 */
export function giveRecording(
  credential: Credential,
  file: File,
  onSent: (share: number) => void,
  signal: AbortSignal,
): Promise<Upload | Problem> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/uploads?name=${encodeURIComponent(file.name)}`);
    for (const [name, value] of Object.entries(headersOf({ jwt: credential }))) {
      request.setRequestHeader(name, value);
    }
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => {
      if (total > 0) onSent(loaded / total);
    };
    request.onload = () => {
      const { status, responseText } = request;
      const upload = status === 201 ? readUpload(responseText) : undefined;
      resolve(upload ?? readProblem(status, responseText));
    };
    request.onerror = request.onabort = () => {
      resolve(UNREACHABLE);
    };
    signal.addEventListener('abort', () => {
      request.abort();
    });
    request.send(file);
  });
}

/** Says how far a recording is. */
export function describeUpload({ state, percent, seconds_left, cause }: Upload): string {
  switch (state) {
    case 'waiting':
      return `Waits to be transcribed${because(cause)}…`;
    case 'running': {
      const left = seconds_left === null ? '' : `, about ${formatSeconds(seconds_left)} left`;
      return `${Math.floor(percent)} % transcribed${left}`;
    }
    case 'done':
      return 'Transcribed.';
    case 'failed':
      return `It could not be transcribed${because(cause)}.`;
  }
}

function because(cause: string | null): string {
  return cause ? `: ${cause.replace(/\.$/, '')}` : '';
}

export function isOver({ state }: Upload): boolean {
  return state === 'done' || state === 'failed';
}
