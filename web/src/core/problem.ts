import { isObject } from './schema';

/** Something that went wrong, in words for people. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  /** True where doing the same again may well succeed. */
  readonly canRetry: boolean;
}

export function isProblem(value: object): value is Problem {
  return 'canRetry' in value;
}

type Words = Omit<Problem, 'canRetry'>;

const BY_STATUS: Readonly<Record<number, Words>> = {
  401: {
    title: 'This invitation is not valid any more',
    detail: 'It has expired, or it was made for another server.',
    remedy: 'Ask the person who invited you for a new link.',
  },
  404: {
    title: 'There is no such call',
    detail: 'The call behind this link does not exist.',
    remedy: 'Check the link, or ask the person who invited you for a new one.',
  },
  410: {
    title: 'This call is over',
    detail: 'The call behind this link has been closed.',
    remedy: 'Start a new call, or ask the host for a new link.',
  },
  503: {
    title: 'The media server is down',
    detail: 'Sidenote is running, but the server that carries sound and picture does not answer.',
    remedy: 'Wait a moment and try again. If it stays like this, tell whoever runs this server.',
  },
};

const UNEXPECTED: Words = {
  title: 'Something went wrong on the server',
  detail: 'Sidenote could not do what the page asked for.',
  remedy: 'Try again. If it stays like this, tell whoever runs this server.',
};

export const UNREACHABLE: Problem = {
  title: 'Sidenote cannot be reached',
  detail: 'The page could not talk to its server.',
  remedy: 'Check your network connection and try again.',
  canRetry: true,
};

/** Reads an answer that is not 2xx: problem+json where there is one, our own words where not. */
export function readProblem(status: number, body: string): Problem {
  const words = BY_STATUS[status] ?? UNEXPECTED;
  const said = parseObject(body);
  return {
    title: textOf(said?.title) ?? words.title,
    detail: textOf(said?.detail) ?? words.detail,
    remedy: textOf(said?.remedy) ?? words.remedy,
    canRetry: status === 408 || status === 429 || status >= 500,
  };
}

/** Reads what `TokenSource.endpoint` throws: the answer stands in the text of its error. */
export function readTokenError(error: unknown): Problem {
  const text = error instanceof Error ? error.message : '';
  const answer = /received (\d{3}) \/ (.*)$/s.exec(text);
  return answer ? readProblem(Number(answer[1]), answer[2] ?? '') : UNREACHABLE;
}

export function describeConnectFailure(serverUrl: string): Problem {
  return {
    title: 'The call could not be opened',
    detail: `The media server at ${serverUrl} does not answer this browser.`,
    remedy:
      'Try again in a moment. A company network may also block calls: try another network, ' +
      'or tell whoever runs this server.',
    canRetry: true,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
