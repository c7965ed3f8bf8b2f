import { type Problem, readProblem, UNREACHABLE } from './problem';
import { readObject, type Schema } from './schema';

/** Asks the token server; the answer is what fits the schema, or a problem in words. */
export async function ask<Answer>(
  path: string,
  request: RequestInit,
  schema: Schema,
): Promise<Answer | Problem> {
  return askFor(path, request, (value) => readObject(schema, value) as Answer | undefined);
}

/** The same with a reader of one's own, which returns undefined for what makes no sense. */
export async function askFor<Answer>(
  path: string,
  request: RequestInit,
  read: (value: unknown) => Answer | undefined,
): Promise<Answer | Problem> {
  const response = await send(path, request);
  if (!(response instanceof Response)) return response;
  try {
    const answer = read(JSON.parse(await response.text()));
    if (answer !== undefined) return answer;
  } catch (error) {
    if (!(error instanceof SyntaxError)) return UNREACHABLE;
  }
  return {
    title: 'The server answered something else',
    detail: `The answer to ${path} is not what this page expects.`,
    remedy: 'Reload the page: it may be older than the server.',
    canRetry: true,
  };
}

/** Asks, and leaves what a good answer holds to the caller. */
export async function send(path: string, request: RequestInit): Promise<Response | Problem> {
  try {
    const response = await fetch(path, request);
    return response.ok ? response : readProblem(response.status, await response.text());
  } catch {
    return UNREACHABLE;
  }
}
