import { describe, expect, test } from 'vitest';
import {
  forgetPointsOn,
  mergeTalkingPoint,
  readTalkingPoint,
  type TalkingPoint,
} from './talkingPoints';

function point(fields: Partial<TalkingPoint> = {}): TalkingPoint {
  return {
    v: 1,
    id: 'a',
    version: 1,
    sequence: 1,
    source: 'playbook',
    rule_id: null,
    text: 'Say the price.',
    complete: true,
    quote: 'how much',
    segment_id: 's1',
    speaker_identity: 'guest-1',
    speaker_name: 'Pat',
    read_identities: [],
    heard_at_ms: 1000,
    sent_at_ms: 1001,
    ...fields,
  };
}

const mergeAll = (...points: TalkingPoint[]) =>
  points.reduce<readonly TalkingPoint[]>((known, next) => mergeTalkingPoint(known, next), []);

describe('reading', () => {
  const read = (text: string) => readTalkingPoint(new TextEncoder().encode(text));

  test('fields with a default may be missing', () => {
    const sent: Partial<TalkingPoint> = point();
    delete sent.v;
    delete sent.complete;
    delete sent.rule_id;
    delete sent.read_identities;
    expect(read(JSON.stringify(sent))).toEqual(point());
  });

  test.each(['', '{', '[]', 'null', '"words"', '{"__proto__": {}}'])('%j is refused', (text) => {
    expect(read(text)).toBeUndefined();
  });

  test('bytes that are no UTF-8 are refused', () => {
    expect(readTalkingPoint(new Uint8Array([0xff, 0xfe, 0x7b]))).toBeUndefined();
  });

  test('a time that no calendar reaches is refused', () => {
    expect(read(JSON.stringify(point({ heard_at_ms: 8_640_000_000_000_001 })))).toBeUndefined();
  });

  test('a later protocol version is refused, for it may mean something else', () => {
    expect(read(JSON.stringify(point({ v: 2 })))).toBeUndefined();
  });
});

describe('merging', () => {
  test('the newest words stand on top', () => {
    const merged = mergeAll(
      point({ id: 'a', heard_at_ms: 1 }),
      point({ id: 'c', heard_at_ms: 3 }),
      point({ id: 'b', heard_at_ms: 2 }),
    );
    expect(merged.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  test('of two points on the same words the one sent later stands on top', () => {
    const merged = mergeAll(point({ id: 'a', sequence: 1 }), point({ id: 'b', sequence: 2 }));
    expect(merged.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('the highest version of an id is kept, whatever the order of arrival', () => {
    const merged = mergeAll(
      point({ version: 1, text: 'one' }),
      point({ version: 3, text: 'three' }),
      point({ version: 2, text: 'two' }),
    );
    expect(merged.map(({ text }) => text)).toEqual(['three']);
  });

  test('a repeated message changes nothing', () => {
    const once = mergeAll(point());
    expect(mergeTalkingPoint(once, point())).toBe(once);
  });

  test('a refinement stays in its place', () => {
    const merged = mergeAll(
      point({ id: 'a', heard_at_ms: 1 }),
      point({ id: 'b', heard_at_ms: 2 }),
      point({ id: 'a', heard_at_ms: 9, version: 2, sequence: 9 }),
    );
    expect(merged.map(({ id, version }) => [id, version])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
  });

  test('only so many are kept, the oldest go', () => {
    const known = mergeAll(point({ id: 'a', heard_at_ms: 1 }), point({ id: 'b', heard_at_ms: 2 }));
    const merged = mergeTalkingPoint(known, point({ id: 'c', heard_at_ms: 3 }), 2);
    expect(merged.map(({ id }) => id)).toEqual(['c', 'b']);
  });
});

test('points that rest on the words of a speaker can be forgotten', () => {
  const known = mergeAll(
    point({ id: 'a', speaker_identity: 'guest-1' }),
    point({ id: 'b', speaker_identity: 'host-1' }),
  );
  expect(forgetPointsOn(known, 'guest-1').map(({ id }) => id)).toEqual(['b']);
});

test('points that a model wrote after it had read a speaker are forgotten with them', () => {
  const read_identities = ['guest-2', 'host-1'];
  const known = mergeAll(
    point({ id: 'a', source: 'model', read_identities, speaker_identity: 'host-1' }),
    point({ id: 'b', source: 'model', read_identities: ['host-1'], speaker_identity: 'host-1' }),
  );
  expect(forgetPointsOn(known, 'guest-2').map(({ id }) => id)).toEqual(['b']);
});
