import type { AskRequest } from '../wire/askRequest';
import type { PinRequest } from '../wire/pinRequest';
import type { PlaybookRequest } from '../wire/playbookRequest';
import type { PointRequest } from '../wire/pointRequest';
import type { PromptRequest } from '../wire/promptRequest';
import type { SoundConsentRequest } from '../wire/soundConsentRequest';
import type { SoundRequest } from '../wire/soundRequest';
import type { TaskConfirmRequest } from '../wire/taskConfirmRequest';
import type { TaskRequest } from '../wire/taskRequest';
import type { UsefulRequest } from '../wire/usefulRequest';
import {
  ASK_METHOD,
  CONSENT_METHOD,
  DISMISS_METHOD,
  MINUTES_METHOD,
  MUTE_METHOD,
  OFF_THE_RECORD_METHOD,
  PAUSE_METHOD,
  PIN_METHOD,
  PLAYBOOK_SET_METHOD,
  PROMPT_METHOD,
  PROTOCOL_VERSION,
  RESUME_METHOD,
  SOUND_CONSENT_METHOD,
  SOUND_METHOD,
  TASK_CONFIRM_METHOD,
  TASK_REJECT_METHOD,
  UNMUTE_METHOD,
  USEFUL_METHOD,
} from '../wire/topics';
import { writeAnswer, writeOffTheRecord } from './consent';
import type { Request } from './requestProblem';

/** Something to ask of the agent: what it is called here, and what crosses the room. */
export interface Control {
  readonly request: Request;
  readonly method: string;
  readonly payload: string;
}

function control(request: Request, method: string, message: object): Control {
  return { request, method, payload: JSON.stringify({ v: PROTOCOL_VERSION, ...message }) };
}

/** The answers about being transcribed, and putting a call off the record. */
export const CONSENT_CONTROLS = {
  yes: { request: 'yes', method: CONSENT_METHOD, payload: writeAnswer('yes', false) },
  no: { request: 'no', method: CONSENT_METHOD, payload: writeAnswer('no', false) },
  erase: { request: 'erase', method: CONSENT_METHOD, payload: writeAnswer('no', true) },
  off_the_record: {
    request: 'off_the_record',
    method: OFF_THE_RECORD_METHOD,
    payload: writeOffTheRecord(true),
  },
  on_the_record: {
    request: 'on_the_record',
    method: OFF_THE_RECORD_METHOD,
    payload: writeOffTheRecord(false),
  },
} as const satisfies Record<string, Control>;
export type ConsentRequest = keyof typeof CONSENT_CONTROLS;

export const pause = (): Control => control('pause', PAUSE_METHOD, {});
export const resume = (): Control => control('resume', RESUME_METHOD, {});
export const mute = (): Control => control('mute', MUTE_METHOD, {});
export const unmute = (): Control => control('unmute', UNMUTE_METHOD, {});
/** Asks for the minutes of the call as far as it has come. */
export const writeMinutes = (): Control => control('minutes', MINUTES_METHOD, {});

/** Records the sound of those who agreed, or of nobody any more. */
export function recordSound(on: boolean): Control {
  return control(on ? 'sound' : 'no_sound', SOUND_METHOD, { on } satisfies SoundRequest);
}

/** One's own answer to being recorded; `erase` deletes what was recorded, and is a no. */
export function answerSound(answer: 'yes' | 'no', erase = false): Control {
  const request = erase ? 'sound_erase' : answer === 'yes' ? 'sound_yes' : 'sound_no';
  return control(request, SOUND_CONSENT_METHOD, { answer, erase } satisfies SoundConsentRequest);
}

export function pin(id: string, pinned: boolean): Control {
  return control('pin', PIN_METHOD, { id, pinned } satisfies PinRequest);
}

export function dismiss(id: string): Control {
  return control('dismiss', DISMISS_METHOD, { id } satisfies PointRequest);
}

/** `useful` null takes back what was said of the point. */
export function rate(id: string, useful: boolean | null): Control {
  return control('useful', USEFUL_METHOD, { id, useful } satisfies UsefulRequest);
}

export function ask(question: string, aloud: boolean): Control {
  return control('ask', ASK_METHOD, { question: question.trim(), aloud } satisfies AskRequest);
}

/** What is left out stays as it was. */
export function prompt(changes: Pick<PromptRequest, 'goal' | 'instruction'>): Control {
  return control('prompt', PROMPT_METHOD, changes satisfies PromptRequest);
}

export function choosePlaybook(name: string): Control {
  return control('playbook_set', PLAYBOOK_SET_METHOD, { name } satisfies PlaybookRequest);
}

export function confirmTask(confirmation: TaskConfirmRequest): Control {
  return control('task_confirm', TASK_CONFIRM_METHOD, confirmation satisfies TaskConfirmRequest);
}

export function rejectTask(id: string): Control {
  return control('task_reject', TASK_REJECT_METHOD, { id } satisfies TaskRequest);
}
