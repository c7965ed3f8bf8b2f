import {
  BAD_REQUEST,
  CONFLICT,
  NOT_ALLOWED,
  NOT_FOUND,
  TOO_MANY_REQUESTS,
  UNAVAILABLE,
} from '../wire/topics';
import type { Problem } from './problem';

/** What somebody asked of the agent. */
export type Request =
  | 'yes'
  | 'no'
  | 'erase'
  | 'off_the_record'
  | 'on_the_record'
  | 'pause'
  | 'resume'
  | 'mute'
  | 'unmute'
  | 'ask'
  | 'prompt'
  | 'pin'
  | 'dismiss'
  | 'useful'
  | 'task_confirm'
  | 'task_reject'
  | 'playbook_set'
  | 'minutes'
  | 'sound'
  | 'no_sound'
  | 'sound_yes'
  | 'sound_no'
  | 'sound_erase';

// The media server's own codes, which livekit-client keeps in `RpcError.ErrorCode`.
export const NO_SUCH_METHOD = 1400;
const NO_SUCH_PARTICIPANT = 1401;
const NOT_REACHED = 1501;
const NO_ANSWER = 1502;
const LEFT = 1503;

const TITLES: Readonly<Record<Request, string>> = {
  yes: 'Your yes was not taken',
  no: 'Your no was not taken',
  erase: 'What you said has not been forgotten',
  off_the_record: 'The call is not off the record',
  on_the_record: 'The call is not on the record again',
  pause: 'The advice is not paused',
  resume: 'The advice is still paused',
  mute: 'The voice is not muted',
  unmute: 'The voice is still muted',
  ask: 'Your question was not taken',
  prompt: 'Goal and instruction were not changed',
  pin: 'The talking point was not pinned or let go',
  dismiss: 'The talking point was not put away',
  useful: 'What you think of the talking point was not kept',
  task_confirm: 'The task was not confirmed',
  task_reject: 'The task was not rejected',
  playbook_set: 'The playbook was not changed',
  minutes: 'The minutes were not written',
  sound: 'The call is not recorded',
  no_sound: 'The call may still be recorded',
  sound_yes: 'Your yes was not taken',
  sound_no: 'Your no was not taken',
  sound_erase: 'What was recorded of you has not been deleted',
};

/** What keeps somebody from being heard until the request has gone through. */
const MEANWHILE: Readonly<Partial<Record<Request, string>>> = {
  no: ' Until then, mute your microphone to be sure that you are not transcribed.',
  off_the_record: ' Until then, mute your microphones to be sure that nobody is transcribed.',
  no_sound: ' Until then, mute your microphones to be sure that nobody is recorded.',
  sound_no: ' Until then, mute your microphone to be sure that you are not recorded.',
};

/** A stop counts even while it cannot be written down: what holds then. */
const UNWRITTEN: Readonly<Partial<Record<Request, string>>> = {
  no: 'You are not transcribed any more, but Sidenote could not keep your no.',
  erase:
    'You are not transcribed any more, but what you said may not have been forgotten everywhere.',
  off_the_record: 'Nobody is transcribed any more, but Sidenote could not keep that.',
  no_sound: 'Nobody is recorded any more, but Sidenote could not keep that.',
  sound_no: 'You are not recorded any more, but Sidenote could not keep your no.',
  sound_erase:
    'You are not recorded any more, but what was recorded of you may not have been deleted.',
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
  return { title, detail, remedy: remedy + (MEANWHILE[request] ?? ''), canRetry };
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
        detail: 'Sidenote could not keep it, so nothing has changed.',
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
      return {
        detail: 'This meeting does not have it, or not any more.',
        remedy: 'Reload the page if it is still shown.',
        canRetry: false,
      };
    case CONFLICT:
      return {
        detail: 'It was done, undone or replaced already.',
        remedy: 'Look at what the page shows now.',
        canRetry: false,
      };
    case NO_SUCH_PARTICIPANT:
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
        remedy: 'Look at what the page shows, and try again if it has not changed.',
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
