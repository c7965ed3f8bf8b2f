import { BAD_REQUEST, NOT_ALLOWED, TOO_MANY_REQUESTS, UNAVAILABLE } from '../wire/topics';
import type { Problem } from './problem';

/** What somebody asked of the agent. */
export type Request = 'yes' | 'no' | 'erase' | 'off_the_record' | 'on_the_record';

// The media server's own codes, which livekit-client keeps in `RpcError.ErrorCode`.
const NO_SUCH_METHOD = 1400;
const NOT_FOUND = 1401;
const NOT_REACHED = 1501;
const NO_ANSWER = 1502;
const LEFT = 1503;

const TITLES: Readonly<Record<Request, string>> = {
  yes: 'Your yes was not taken',
  no: 'Your no was not taken',
  erase: 'What you said has not been forgotten',
  off_the_record: 'The call is not off the record',
  on_the_record: 'The call is not on the record again',
};

/** What keeps somebody from being heard until the request has gone through. */
const MEANWHILE: Readonly<Record<Request, string>> = {
  yes: '',
  no: ' Until then, mute your microphone to be sure that you are not transcribed.',
  erase: '',
  off_the_record: ' Until then, mute your microphones to be sure that nobody is transcribed.',
  on_the_record: '',
};

/** A stop counts even while it cannot be written down: what holds then. */
const UNWRITTEN: Readonly<Partial<Record<Request, string>>> = {
  no: 'You are not transcribed any more, but Sidenote could not keep your no.',
  erase:
    'You are not transcribed any more, but what you said may not have been forgotten everywhere.',
  off_the_record: 'Nobody is transcribed any more, but Sidenote could not keep that.',
};

/** Says in plain words why the agent did not do what it was asked; `code` is the RPC error's. */
export function describeRequestProblem(request: Request, code: number | undefined): Problem {
  const unwritten = code === UNAVAILABLE ? UNWRITTEN[request] : undefined;
  if (unwritten) {
    return {
      title: 'Sidenote could not write it down',
      detail: unwritten,
      remedy: 'Try again in a moment, so that it holds for good.',
      canRetry: true,
    };
  }
  const { title = TITLES[request], detail, remedy, canRetry } = wordsOf(code);
  return { title, detail, remedy: remedy + MEANWHILE[request], canRetry };
}

function wordsOf(code: number | undefined): Omit<Problem, 'title'> & { readonly title?: string } {
  switch (code) {
    case BAD_REQUEST:
    case NO_SUCH_METHOD:
      return {
        detail: 'This page and the Sidenote in the call do not understand each other.',
        remedy: 'Reload the page: it may be older or newer than Sidenote.',
        canRetry: false,
      };
    case NOT_ALLOWED:
      return {
        detail: 'Sidenote does not let you do this: only a host may.',
        remedy: 'Ask the host to do it.',
        canRetry: false,
      };
    case UNAVAILABLE:
      return {
        detail: 'Sidenote could not keep your answer, so nothing has changed.',
        remedy: 'Try again in a moment.',
        canRetry: true,
      };
    case TOO_MANY_REQUESTS:
      return {
        detail: 'What you asked before still waits, so nothing has changed.',
        remedy: 'Wait a moment and try again.',
        canRetry: true,
      };
    case NOT_FOUND:
    case NOT_REACHED:
    case LEFT:
      return {
        detail: 'Sidenote is not in the call, or cannot be reached right now.',
        remedy: 'Wait a moment and try again.',
        canRetry: true,
      };
    case NO_ANSWER:
      return {
        title: 'Sidenote did not answer',
        detail: 'It is not known whether it has taken what you asked.',
        remedy: 'Look at what stands above the call, and try again if it has not changed.',
        canRetry: true,
      };
    default:
      return {
        detail: 'Something went wrong between this page and Sidenote.',
        remedy: 'Try again. If it stays like this, reload the page.',
        canRetry: true,
      };
  }
}
