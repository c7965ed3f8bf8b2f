import { describe, expect, test } from 'vitest';
import {
  describeTime,
  describeWork,
  isWriting,
  markSpans,
  type MeetingSummary,
  nameOf,
  queryOf,
  type Work,
} from './meetings';

const MEETING: MeetingSummary = {
  room_sid: 'RM_1',
  room_name: 'acme',
  kind: 'call',
  title: '',
  started_at: '2030-01-04T09:30:45Z',
  ended_at: '2030-01-04T10:02:10Z',
  has_minutes: false,
  speakers: [
    { identity: 'host-1', name: 'Ana', role: 'host' },
    { identity: 'guest-1', name: 'Ben', role: 'guest' },
  ],
  found: null,
};

describe('markSpans', () => {
  test('marks the words of a search and leaves the rest', () => {
    expect(markSpans({ text: '29 euro is much', spans: [[3, 7]] })).toEqual([
      { text: '29 ', marked: false },
      { text: 'euro', marked: true },
      { text: ' is much', marked: false },
    ]);
  });

  test('counts code points, so that a sign outside the first plane is one', () => {
    const parts = markSpans({ text: '🙂 price', spans: [[2, 7]] });
    expect(parts.filter(({ marked }) => marked)).toEqual([{ text: 'price', marked: true }]);
  });

  test('loses nothing where spans overlap or reach too far', () => {
    const spans = [
      [0, 4],
      [2, 5],
      [4, 99],
    ] as const;
    const text = markSpans({ text: 'abcdefg', spans });
    expect(text.map((part) => part.text).join('')).toBe('abcdefg');
  });
});

describe('nameOf', () => {
  test('is the title, else who spoke, else the room', () => {
    expect(nameOf({ ...MEETING, title: 'Price' })).toBe('Price');
    expect(nameOf(MEETING)).toBe('Call of Ana and Ben');
    expect(nameOf({ ...MEETING, speakers: [] })).toBe('acme');
  });
});

test('a time tells how long it was, or that it goes on', () => {
  expect(describeTime(MEETING)).toMatch(/31 min$/);
  expect(describeTime({ ...MEETING, ended_at: '2030-01-04T12:32:45Z' })).toMatch(/3 h 2 min$/);
  expect(describeTime({ ...MEETING, ended_at: null })).toMatch(/goes on$/);
});

test('a query leaves out what is not asked for', () => {
  expect(queryOf({ words: ' two  words ', kind: '' }, '')).toBe('q=two++words&limit=20');
  expect(queryOf({ words: '', kind: 'upload' }, 'c')).toBe('kind=upload&cursor=c&limit=20');
});

describe('describeWork', () => {
  const work = (state: Work['state'], reason = ''): Work => ({
    template: '',
    profile_id: '',
    state,
    reason,
  });

  test('what is under way goes before what waits and what failed', () => {
    const all = [work('failed', 'no model'), work('waiting'), work('under_way')];
    expect(describeWork(all)).toBe('Minutes are being written…');
    expect(describeWork(all.slice(0, 2))).toBe('Minutes will be written in a moment…');
    expect(describeWork(all.slice(0, 1))).toBe('Minutes could not be written: no model.');
    expect(describeWork([work('done')])).toBe('');
  });

  test('only what waits or is under way is worth asking again', () => {
    expect(isWriting([work('done'), work('failed')])).toBe(false);
    expect(isWriting([work('done'), work('waiting')])).toBe(true);
  });
});
