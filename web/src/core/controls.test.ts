// What the page writes is what the models of `wire` take.
import { expect, test } from 'vitest';
import { askRequestSchema } from '../wire/askRequest';
import { pinRequestSchema } from '../wire/pinRequest';
import { playbookRequestSchema } from '../wire/playbookRequest';
import { pointRequestSchema } from '../wire/pointRequest';
import { promptRequestSchema } from '../wire/promptRequest';
import { soundConsentRequestSchema } from '../wire/soundConsentRequest';
import { soundRequestSchema } from '../wire/soundRequest';
import { taskConfirmRequestSchema } from '../wire/taskConfirmRequest';
import { taskRequestSchema } from '../wire/taskRequest';
import { usefulRequestSchema } from '../wire/usefulRequest';
import {
  answerSound,
  ask,
  choosePlaybook,
  confirmTask,
  type Control,
  dismiss,
  pause,
  pin,
  prompt,
  rate,
  recordSound,
  rejectTask,
} from './controls';
import { readText } from './message';
import type { Schema } from './schema';

const WRITTEN: readonly [Control, Schema, object][] = [
  [ask(' how much? ', true), askRequestSchema, { question: 'how much?', aloud: true }],
  [pin('p1', false), pinRequestSchema, { id: 'p1', pinned: false }],
  [dismiss('p1'), pointRequestSchema, { id: 'p1' }],
  [rate('p1', null), usefulRequestSchema, { id: 'p1', useful: null }],
  [prompt({ goal: 'a date' }), promptRequestSchema, { goal: 'a date', instruction: null }],
  [choosePlaybook('sales'), playbookRequestSchema, { name: 'sales' }],
  [confirmTask({ id: 't1', due: '' }), taskConfirmRequestSchema, { id: 't1', due: '', who: null }],
  [rejectTask('t1'), taskRequestSchema, { id: 't1' }],
  [recordSound(false), soundRequestSchema, { on: false }],
  [answerSound('yes'), soundConsentRequestSchema, { answer: 'yes', erase: false }],
  [answerSound('no', true), soundConsentRequestSchema, { answer: 'no', erase: true }],
];

test.each(WRITTEN)('%o', ({ payload }, schema, expected) => {
  expect(readText(schema, payload)).toMatchObject({ v: 1, ...expected });
});

test('a request that needs no words has a version only', () => {
  expect(JSON.parse(pause().payload)).toEqual({ v: 1 });
});
