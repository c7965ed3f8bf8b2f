import { type CatchUpReply as Received, catchUpReplySchema } from '../wire/catchUpReply';
import type { CatchUpRequest } from '../wire/catchUpRequest';
import { PROTOCOL_VERSION } from '../wire/topics';
import { type Answer, readCaughtAnswer } from './answers';
import { type CallState, readCaughtState } from './callState';
import { type Erasure, readCaughtErasure } from './consent';
import { type Gap, readCaughtGap } from './gaps';
import { readText } from './message';
import {
  NO_NOTES,
  type Notes,
  takeAnswer,
  takeErasure,
  takeGap,
  takeLine,
  takePoint,
  takeState,
  takeTask,
} from './notes';
import { addUpTo, dropNumbers, type Numbers } from './numbers';
import { readCaughtPoint, type TalkingPoint } from './talkingPoints';
import { readCaughtTask, type Task } from './tasks';
import { forgetInterims, type Line, readCaughtLine } from './transcript';

/** A page of what was missed, checked; what cannot be shown is left out. */
export interface CaughtUp {
  readonly meeting: string;
  readonly since: number;
  readonly transcriptSince: number;
  readonly more: boolean;
  readonly erased: readonly Erasure[];
  readonly gaps: readonly Gap[];
  readonly lines: readonly Line[];
  readonly points: readonly TalkingPoint[];
  readonly tasks: readonly Task[];
  readonly answers: readonly Answer[];
  readonly state: CallState | undefined;
}

/** Returns what the agent replied, or undefined if it is malformed or of a later protocol. */
export function readCatchUp(text: string): CaughtUp | undefined {
  const reply = readText(catchUpReplySchema, text) as Required<Received> | undefined;
  return (
    reply && {
      meeting: reply.meeting,
      since: reply.since,
      transcriptSince: reply.transcript_since,
      more: reply.more,
      erased: readAll(reply.erased, readCaughtErasure),
      gaps: readAll(reply.gaps, readCaughtGap),
      lines: readAll(reply.segments, readCaughtLine),
      points: readAll(reply.talking_points, readCaughtPoint),
      tasks: readAll(reply.tasks, readCaughtTask),
      answers: readAll(reply.answers, readCaughtAnswer),
      state: readCaughtState(reply.state),
    }
  );
}

function readAll<Item, Value>(
  values: readonly Value[],
  read: (value: Value) => Item | undefined,
): readonly Item[] {
  return values.map(read).filter((item) => item !== undefined);
}

/** Returns the request for what these notes lack. */
export function requestFor(notes: Notes): Required<CatchUpRequest> {
  return {
    v: PROTOCOL_VERSION,
    since: notes.hostNumbers.upTo,
    transcript_since: notes.linesTold,
  };
}

/** What became of a reply. */
export interface Taken {
  readonly notes: Notes;
  /** Whether to ask again at once. */
  readonly more: boolean;
}

/**
 * Takes in the reply to `requestFor(asked)`; `notes` are those of now. Numbers that had come
 * when the agent was asked, and that it has not given out, were made up by somebody else.
 *
 * A reply from another meeting starts the count anew: what was read stays, and what could be
 * acted upon goes.
 */
export function takeReply(notes: Notes, asked: Notes, reply: CaughtUp): Taken {
  if (notes.meeting !== undefined && notes.meeting !== reply.meeting) {
    const lines = forgetInterims(notes.lines);
    const { gaps } = notes;
    return { notes: { ...NO_NOTES, meeting: reply.meeting, lines, gaps }, more: true };
  }
  const caught = takeAll({ ...notes, meeting: reply.meeting }, reply);
  const request = requestFor(asked);
  const progress = reply.since > request.since || reply.transcriptSince > request.transcript_since;
  const more = reply.more && progress;
  const close = (numbers: Numbers, known: Numbers, upTo: number) => {
    const closed = addUpTo(numbers, upTo);
    return more ? closed : dropNumbers(closed, known.beyond);
  };
  return {
    notes: {
      ...caught,
      hostNumbers: close(caught.hostNumbers, asked.hostNumbers, reply.since),
      lineNumbers: close(caught.lineNumbers, asked.lineNumbers, reply.transcriptSince),
      linesTold: reply.transcriptSince,
    },
    more,
  };
}

function takeAll(notes: Notes, reply: CaughtUp): Notes {
  let taken = notes;
  for (const erasure of reply.erased) taken = takeErasure(taken, erasure);
  for (const gap of reply.gaps) taken = takeGap(taken, gap);
  for (const line of reply.lines) taken = takeLine(taken, line);
  for (const point of reply.points) taken = takePoint(taken, point);
  for (const task of reply.tasks) taken = takeTask(taken, task);
  for (const answer of reply.answers) taken = takeAnswer(taken, answer);
  return reply.state ? takeState(taken, reply.state) : taken;
}
