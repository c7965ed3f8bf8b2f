import { expect, test } from 'vitest';
import {
  describeOwner,
  describeWriters,
  findShown,
  keyOfMinutes,
  type Minutes,
  partsOf,
  readMinutes,
} from './minutes';

const LINE = { text: 'Ben finds it dear.', evidence: [{ segment_id: 'SG_1', quote: 'dear' }] };
const BARE = {
  room_sid: 'RM_1',
  version: 1,
  state: 'live',
  template: 'free',
  written_at_ms: 1_900_000_000_000,
  transcript_sequence: 4,
  title: 'The price',
  summary: [LINE],
  key_points: [],
  decisions: [],
  action_items: [],
  open_questions: [],
  consent: '',
  coverage: '',
};

function read(message: object): Minutes | undefined {
  return readMinutes(JSON.stringify(message));
}

test('what a sender leaves out is empty, and has no heading', () => {
  const minutes = read(BARE);
  expect(minutes && partsOf(minutes).map(({ title }) => title)).toEqual(['Summary']);
});

test('sections, the conclusion and each speaker stand under their own headings', () => {
  const minutes = read({
    ...BARE,
    conclusion: LINE,
    sections: [
      { id: 'objections', title: 'Objections', lines: [LINE] },
      { id: 'next', title: 'Next', lines: [] },
    ],
    speakers: [{ identity: 'guest-1', name: 'Ben', lines: [LINE] }],
  });
  expect(minutes && partsOf(minutes).map(({ title }) => title)).toEqual([
    'Summary',
    'Objections',
    'Conclusion',
    'From Ben',
  ]);
});

test('a line without a place in the transcript, and a date of no calendar, are not read', () => {
  expect(read({ ...BARE, summary: [{ text: 'It is said.', evidence: [] }] })).toBeUndefined();
  expect(read({ ...BARE, written_at_ms: Number.MAX_SAFE_INTEGER })).toBeUndefined();
  expect(readMinutes('{')).toBeUndefined();
});

test('an action says whose it is and until when, by the date or as it was said', () => {
  expect(describeOwner({ ...LINE, owner_name: 'Ana', due: '2026-11-27' })).toBe(
    'Ana, by Fri, Nov 27',
  );
  expect(describeOwner({ ...LINE, due_spoken: 'next week' })).toBe('by next week');
  expect(describeOwner(LINE)).toBe('');
});

test('who wrote them is said, and who did not answer', () => {
  const minutes = read({ ...BARE, written_by: ['rules'], did_not_answer: ['a model'] });
  expect(minutes && describeWriters(minutes)).toBe('Written by rules. a model did not answer.');
});

test("shown are the chosen minutes, else everybody's newest, else somebody's own", () => {
  const [own, newest, old] = [
    { ...BARE, profile_id: 'ana', written_at_ms: 3 },
    { ...BARE, template: 'sales', written_at_ms: 2 },
    { ...BARE, written_at_ms: 1 },
  ].map(read) as [Minutes, Minutes, Minutes];
  expect(findShown([own, newest, old], undefined)).toBe(newest);
  expect(findShown([own, newest, old], keyOfMinutes(own))).toBe(own);
  expect(findShown([own, newest, old], 'gone')).toBe(newest);
  expect(findShown([own], undefined)).toBe(own);
  expect(findShown([], undefined)).toBeUndefined();
});
