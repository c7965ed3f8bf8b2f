import { type Alert, forgetAlerts, mergeAlert } from './alerts';
import { type Answer, echoes, mergeAnswer } from './answers';
import type { CallState } from './callState';
import type { Erasure } from './consent';
import { type Gap, mergeGap } from './gaps';
import type { Minutes } from './minutes';
import { addNumber, hasGap, NO_NUMBERS, type Numbers } from './numbers';
import { mergeTalkingPoint, restsOn, type TalkingPoint } from './talkingPoints';
import { mergeTask, type Task } from './tasks';
import { forgetInterims, type Line, mergeLine } from './transcript';

/** All that a call has told this page and that outlives a cut, as of one moment. */
export interface Notes {
  /** The meeting in which the numbers count; undefined until the agent has named it. */
  readonly meeting: string | undefined;
  readonly lines: readonly Line[];
  /** When nobody listened. */
  readonly gaps: readonly Gap[];
  readonly points: readonly TalkingPoint[];
  readonly tasks: readonly Task[];
  readonly answers: readonly Answer[];
  readonly state: CallState | undefined;
  /** As far as the call has come; undefined: there are none yet. */
  readonly minutes: Minutes | undefined;
  /** What was said that this host's profile names. */
  readonly alerts: readonly Alert[];
  /** By identity, the last erasure: what it covers may still be on its way. */
  readonly erasures: ReadonlyMap<string, Erasure>;
  /** Of the transcript's finals, erasures and gaps. */
  readonly lineNumbers: Numbers;
  /** Of these, up to where the agent itself has said all: a speaker can make up its own numbers. */
  readonly linesTold: number;
  /** Of what only hosts are told. */
  readonly hostNumbers: Numbers;
}

export const NO_NOTES: Notes = {
  meeting: undefined,
  lines: [],
  gaps: [],
  points: [],
  tasks: [],
  answers: [],
  state: undefined,
  minutes: undefined,
  alerts: [],
  erasures: new Map(),
  lineNumbers: NO_NUMBERS,
  linesTold: 0,
  hostNumbers: NO_NUMBERS,
};

export function takeLine(notes: Notes, line: Line): Notes {
  if (!line.final) return { ...notes, lines: mergeLine(notes.lines, line) };
  const erasure = notes.erasures.get(line.identity);
  const erased = erasure !== undefined && coversLine(erasure, line);
  return {
    ...notes,
    lines: erased ? notes.lines : mergeLine(notes.lines, line),
    lineNumbers: addNumber(notes.lineNumbers, line.sequence),
  };
}

export function takeGap(notes: Notes, gap: Gap): Notes {
  return {
    ...notes,
    gaps: mergeGap(notes.gaps, gap),
    lineNumbers: addNumber(notes.lineNumbers, gap.transcript_sequence),
  };
}

export function takePoint(notes: Notes, point: TalkingPoint): Notes {
  const erased = [...notes.erasures.values()].some((erasure) => coversPoint(erasure, point));
  const points = erased ? notes.points : mergeTalkingPoint(notes.points, point);
  return { ...count(notes, point), points };
}

export function takeTask(notes: Notes, task: Task): Notes {
  return { ...count(notes, task), tasks: mergeTask(notes.tasks, task) };
}

export function takeAnswer(notes: Notes, answer: Answer): Notes {
  const erased = [...notes.erasures.values()].some((erasure) => coversAnswer(erasure, answer));
  const answers = erased ? notes.answers : mergeAnswer(notes.answers, answer);
  return { ...count(notes, answer), answers };
}

export function takeState(notes: Notes, state: CallState): Notes {
  return { ...notes, state };
}

export function takeMinutes(notes: Notes, minutes: Minutes): Notes {
  return { ...notes, minutes };
}

export function takeAlert(notes: Notes, alert: Alert): Notes {
  return { ...notes, alerts: mergeAlert(notes.alerts, alert) };
}

/** Returns the notes without what a participant said before the erasure and what rests on it. */
export function takeErasure(notes: Notes, erasure: Erasure): Notes {
  const { speaker_identity: identity, transcript_sequence: number } = erasure;
  const known = notes.erasures.get(identity);
  if (known && known.transcript_sequence >= number) return notes;
  return {
    ...notes,
    erasures: new Map(notes.erasures).set(identity, erasure),
    lines: notes.lines.filter((line) => line.identity !== identity || !coversLine(erasure, line)),
    points: notes.points.filter((point) => !coversPoint(erasure, point)),
    answers: notes.answers.filter((answer) => !coversAnswer(erasure, answer)),
    alerts: forgetAlerts(notes.alerts, identity),
    // A summary repeats words without saying whose: others are written without them.
    minutes: undefined,
    lineNumbers: addNumber(notes.lineNumbers, number),
  };
}

/** Returns the notes as after a cut: interims of before it may never be finished. */
export function beginAnew(notes: Notes): Notes {
  return { ...notes, lines: forgetInterims(notes.lines) };
}

/** Whether something was sent that has not come. */
export function isIncomplete(notes: Notes): boolean {
  return hasGap(notes.lineNumbers) || hasGap(notes.hostNumbers);
}

function count(notes: Notes, { sequence }: { readonly sequence: number }): Notes {
  return { ...notes, hostNumbers: addNumber(notes.hostNumbers, sequence) };
}

/** Interims have no number: those that are here are of before. */
function coversLine(erasure: Erasure, line: Line): boolean {
  return line.sequence <= erasure.transcript_sequence;
}

function coversPoint(erasure: Erasure, point: TalkingPoint): boolean {
  return restsOn(point, erasure.speaker_identity) && point.sequence <= erasure.sequence;
}

function coversAnswer(erasure: Erasure, answer: Answer): boolean {
  return echoes(answer, erasure.speaker_identity) && answer.sequence <= erasure.sequence;
}
