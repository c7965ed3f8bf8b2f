import { describe, expect, test } from 'vitest';
import { type Answer } from './answers';
import { type CallState } from './callState';
import { readCatchUp, requestFor, takeReply } from './catchUp';
import { type Erasure } from './consent';
import { type Gap } from './gaps';
import {
  beginAnew,
  isIncomplete,
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
import { type TalkingPoint } from './talkingPoints';
import { type Task } from './tasks';
import { type Line } from './transcript';
import { makePoint } from './points.fixture';

const GUEST = 'guest-0123456789ab-0123456789abcdef';

function line(sequence: number, changes: Partial<Line> = {}): Line {
  return {
    key: `${GUEST} s${sequence}`,
    identity: GUEST,
    name: 'Pat',
    role: 'guest',
    text: `line ${sequence}`,
    final: true,
    startedAtMs: sequence * 1000,
    endedAtMs: sequence * 1000 + 500,
    sequence,
    ...changes,
  };
}

function point(id: string, version: number, sequence: number): TalkingPoint {
  return makePoint({
    id,
    version,
    sequence,
    source: version === 1 ? 'playbook' : 'model',
    text: `${id} ${version}`,
    speaker_identity: GUEST,
    // The words are those of the first version.
    heard_at_ms: Number(id.slice(1)) * 1000,
    sent_at_ms: sequence * 1000,
  });
}

function task(id: string, version: number, sequence: number): Task {
  return {
    v: 1,
    id,
    version,
    sequence,
    state: version === 1 ? 'proposed' : 'confirmed',
    proposes: 'create',
    changes_task_id: null,
    changes_version: null,
    what: 'send the contract',
    who: '',
    due: '',
    due_spoken: '',
    priority: 'normal',
    quote: '',
    segment_id: '',
    host_identity: 'host-1',
    created_at_ms: 5000,
    changed_at_ms: sequence * 1000,
  };
}

function answer(version: number, sequence: number): Answer {
  return {
    v: 1,
    id: 'a1',
    version,
    sequence,
    host_identity: 'host-1',
    question: 'what was the budget?',
    text: 'ten thousand'.slice(0, version * 4),
    complete: version === 3,
    quotes: [],
    gaps: '',
    spoken: false,
    answered_by: 'search',
    read_identities: [],
    asked_at_ms: 6000,
  };
}

const STATE: CallState = {
  v: 1,
  paused: false,
  muted: false,
  playbook: 'sales',
  playbooks: ['sales'],
  goal: '',
  instruction: '',
  model: '',
  model_quiet_because: '',
  voice: '',
  voice_missing_because: '',
};

const erasure = (number: number, sequence: number): Erasure => ({
  v: 1,
  speaker_identity: GUEST,
  transcript_sequence: number,
  sequence,
});

const GAP: Gap = {
  v: 1,
  started_at_ms: 5600,
  ended_at_ms: 8000,
  reason: 'agent_away',
  transcript_sequence: 6,
};

/** What an agent sends, in order. */
type Message = (notes: Notes) => Notes;

const CALL: readonly Message[] = [
  (notes) => takeLine(notes, line(1)),
  (notes) => takePoint(notes, point('p1', 1, 1)),
  (notes) => takeLine(notes, line(2)),
  (notes) => takePoint(notes, point('p2', 1, 2)),
  (notes) => takePoint(notes, point('p1', 2, 3)),
  (notes) => takeTask(notes, task('t1', 1, 4)),
  (notes) => takeErasure(notes, erasure(3, 4)),
  (notes) => takeAnswer(notes, answer(1, 5)),
  (notes) => takeLine(notes, line(4)),
  (notes) => takePoint(notes, point('p4', 1, 6)),
  (notes) => takeState(notes, { ...STATE, paused: true }),
  (notes) => takeAnswer(notes, answer(2, 7)),
  (notes) => takeTask(notes, task('t1', 2, 8)),
  (notes) => takeAnswer(notes, answer(3, 9)),
  (notes) => takePoint(notes, { ...point('p4', 2, 10), pinned: true }),
  (notes) => takeLine(notes, line(5)),
  (notes) => takeGap(notes, GAP),
];

interface Asked {
  readonly since: number;
  readonly transcript_since: number;
}

/** What an agent that has said all of `CALL` replies, a few things at a time, from its records. */
function reply({ since, transcript_since }: Asked, size = 2): string {
  const numbered = [
    { talking_points: [{ ...point('p4', 2, 10), pinned: true }], sequence: 10 },
    { tasks: [task('t1', 2, 8)], sequence: 8 },
    { answers: [answer(3, 9)], sequence: 9 },
  ].sort((a, b) => a.sequence - b.sequence);
  const spoken = [
    { erased: [erasure(3, 4)], number: 3 },
    { segments: [caught(4)], number: 4 },
    { segments: [caught(5)], number: 5 },
    { gaps: [GAP], number: 6 },
  ];
  const lines = spoken.filter(({ number }) => number > transcript_since);
  const told = numbered.filter(({ sequence }) => sequence > since);
  const page = lines.slice(0, size);
  const rest = told.slice(0, size - page.length);
  const more = page.length + rest.length < lines.length + told.length;
  return JSON.stringify({
    meeting: 'RM_1',
    since: more ? (rest.at(-1)?.sequence ?? since) : 10,
    transcript_since: more ? (page.at(-1)?.number ?? transcript_since) : 6,
    more,
    erased: page.flatMap(({ erased }) => erased ?? []),
    gaps: page.flatMap(({ gaps }) => gaps ?? []),
    segments: page.flatMap(({ segments }) => segments ?? []),
    talking_points: rest.flatMap((part) => part.talking_points ?? []),
    tasks: rest.flatMap((part) => part.tasks ?? []),
    answers: rest.flatMap((part) => part.answers ?? []),
    state: more ? null : { ...STATE, paused: true },
  });
}

function caught(sequence: number) {
  const { identity, name, role, text, startedAtMs, endedAtMs } = line(sequence);
  return {
    sequence,
    segment_id: `s${sequence}`,
    track_sid: 'TR_1',
    speaker_identity: identity,
    speaker_name: name,
    speaker_role: role,
    started_at_ms: startedAtMs,
    ended_at_ms: endedAtMs,
    text,
  };
}

function catchUp(notes: Notes): Notes {
  let current = notes;
  for (let questions = 0; questions < 20; questions += 1) {
    const read = readCatchUp(reply(requestFor(current)));
    if (!read) throw new Error('the reply cannot be read');
    const taken = takeReply(current, current, read);
    current = taken.notes;
    if (!taken.more) return current;
  }
  throw new Error('the questions do not end');
}

const play = (messages: readonly Message[], notes: Notes = NO_NOTES) =>
  messages.reduce((known, message) => message(known), notes);

const UNCUT = catchUp(play(CALL));

describe('a page ends equal to one that was not cut off', () => {
  const cuts = CALL.flatMap((_, from) =>
    CALL.slice(from).map((__, length) => [from, from + length + 1] as const),
  );

  test.each(cuts)('cut off from message %d to before %d', (from, to) => {
    const before = play(CALL.slice(0, from));
    const after = play(CALL.slice(to), beginAnew(before));
    expect(catchUp(after)).toEqual(UNCUT);
  });

  test('caught up while messages go on', () => {
    const before = play(CALL.slice(0, 4));
    const asked = beginAnew(before);
    const read = readCatchUp(reply(requestFor(asked), 100));
    const overtaken = play(CALL.slice(12), asked);
    expect(read && takeReply(overtaken, asked, read).notes).toEqual(UNCUT);
  });

  test('a page that joins late has everything', () => {
    expect(catchUp(NO_NOTES).lines.map(({ sequence }) => sequence)).toEqual([4, 5]);
    expect(catchUp(NO_NOTES)).toEqual(UNCUT);
  });

  test('what was erased is gone, and what was said since is there', () => {
    expect(UNCUT.points.map(({ id }) => id)).toEqual(['p4']);
    expect(play(CALL.slice(0, 3), UNCUT)).toEqual(UNCUT);
  });
});

test('interims of before a cut are taken away, for nobody finishes them', () => {
  const interim = line(0, { key: `${GUEST} s9`, final: false, startedAtMs: 9000 });
  expect(beginAnew(takeLine(UNCUT, interim))).toEqual(UNCUT);
});

test('numbers that the agent has not given out do not make a page ask for ever', () => {
  const poisoned = takeLine(UNCUT, line(1_000_000));
  expect(isIncomplete(poisoned)).toBe(true);
  expect(isIncomplete(catchUp(poisoned))).toBe(false);
});

test('a guest who makes up the next numbers hides no line that is missed in a cut', () => {
  const before = catchUp(NO_NOTES);
  const madeUp = (number: number) => line(number, { key: `${GUEST} x${number}` });
  const poisoned = beginAnew(takeLine(takeLine(before, madeUp(7)), madeUp(8)));
  // What the agent has said meanwhile has these numbers, too.
  expect(requestFor(poisoned).transcript_since).toBe(6);
});

test('in another meeting the count begins anew, and what is over cannot be acted upon', () => {
  const elsewhere = { ...UNCUT, meeting: 'RM_0' };
  const read = readCatchUp(reply(requestFor(elsewhere)));
  const taken = read && takeReply(elsewhere, elsewhere, read);
  expect(taken?.more).toBe(true);
  expect(taken?.notes.lines).toEqual(UNCUT.lines);
  expect(taken?.notes.tasks).toEqual([]);
  expect(taken && requestFor(taken.notes)).toMatchObject({ since: 0, transcript_since: 0 });
});

test('an agent that says there is more, and gives nothing, is not asked for ever', () => {
  const empty = { meeting: 'RM_1', since: 10, transcript_since: 6, more: true };
  const read = readCatchUp(JSON.stringify(empty));
  expect(read && takeReply(UNCUT, UNCUT, read).more).toBe(false);
});

test.each([
  '',
  '{}',
  '[]',
  '{"meeting": "RM_1", "since": -1, "transcript_since": 0, "more": true}',
])('a reply that makes no sense is refused: %j', (text) => {
  expect(readCatchUp(text)).toBeUndefined();
});

test('a guest is told the transcript and nothing else', () => {
  const guest = { meeting: 'RM_1', since: 0, transcript_since: 4, more: false };
  const read = readCatchUp(JSON.stringify({ ...guest, segments: [caught(4)] }));
  const notes = read && takeReply(NO_NOTES, NO_NOTES, read).notes;
  expect(notes?.lines).toEqual([line(4)]);
  expect(notes?.state).toBeUndefined();
  expect(notes && isIncomplete(notes)).toBe(false);
});
