import { describe, expect, test } from 'vitest';
import { mergeTalkingPoint, readTalkingPoint, restsOn, type TalkingPoint } from './talkingPoints';

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
    heard_at_ms: 1000,
    sent_at_ms: 1001,
    answer: null,
    state: 'shown',
    pinned: false,
    useful: null,
    expires_at_ms: null,
    read_identities: [],
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

  test('two points on the same words have one order, whichever came first', () => {
    const [a, b] = [point({ id: 'a' }), point({ id: 'b' })];
    expect(mergeAll(a, b)).toEqual(mergeAll(b, a));
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
      point({ id: 'a', heard_at_ms: 1, version: 2, sequence: 9 }),
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

test('a point rests on the words that it quotes, and on those that a model read for it', () => {
  const read = point({ speaker_identity: 'host-1', read_identities: ['guest-1', 'host-1'] });
  expect(restsOn(point(), 'guest-1')).toBe(true);
  expect(restsOn(read, 'guest-1')).toBe(true);
  expect(restsOn(read, 'guest-2')).toBe(false);
});
