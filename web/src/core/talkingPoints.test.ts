import { describe, expect, test } from 'vitest';
import { makePoint } from './points.fixture';
import { mergeTalkingPoint, readTalkingPoint, restsOn, type TalkingPoint } from './talkingPoints';

const mergeAll = (...points: TalkingPoint[]) =>
  points.reduce<readonly TalkingPoint[]>((known, next) => mergeTalkingPoint(known, next), []);

describe('reading', () => {
  const read = (text: string) => readTalkingPoint(new TextEncoder().encode(text));

  test('fields with a default may be missing', () => {
    const sent: Partial<TalkingPoint> = makePoint();
    delete sent.v;
    delete sent.complete;
    delete sent.rule_id;
    delete sent.read_identities;
    expect(read(JSON.stringify(sent))).toEqual(makePoint());
  });

  test.each(['', '{', '[]', 'null', '"words"', '{"__proto__": {}}'])('%j is refused', (text) => {
    expect(read(text)).toBeUndefined();
  });

  test('bytes that are no UTF-8 are refused', () => {
    expect(readTalkingPoint(new Uint8Array([0xff, 0xfe, 0x7b]))).toBeUndefined();
  });

  test('a time that no calendar reaches is refused', () => {
    expect(read(JSON.stringify(makePoint({ heard_at_ms: 8_640_000_000_000_001 })))).toBeUndefined();
  });

  test('a later protocol version is refused, for it may mean something else', () => {
    expect(read(JSON.stringify(makePoint({ v: 2 })))).toBeUndefined();
  });
});

describe('merging', () => {
  test('the newest words stand on top', () => {
    const merged = mergeAll(
      makePoint({ id: 'a', heard_at_ms: 1 }),
      makePoint({ id: 'c', heard_at_ms: 3 }),
      makePoint({ id: 'b', heard_at_ms: 2 }),
    );
    expect(merged.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  test('two points on the same words have one order, whichever came first', () => {
    const [a, b] = [makePoint({ id: 'a' }), makePoint({ id: 'b' })];
    expect(mergeAll(a, b)).toEqual(mergeAll(b, a));
  });

  test('the highest version of an id is kept, whatever the order of arrival', () => {
    const merged = mergeAll(
      makePoint({ version: 1, text: 'one' }),
      makePoint({ version: 3, text: 'three' }),
      makePoint({ version: 2, text: 'two' }),
    );
    expect(merged.map(({ text }) => text)).toEqual(['three']);
  });

  test('a repeated message changes nothing', () => {
    const once = mergeAll(makePoint());
    expect(mergeTalkingPoint(once, makePoint())).toBe(once);
  });

  test('a refinement stays in its place', () => {
    const merged = mergeAll(
      makePoint({ id: 'a', heard_at_ms: 1 }),
      makePoint({ id: 'b', heard_at_ms: 2 }),
      makePoint({ id: 'a', heard_at_ms: 1, version: 2, sequence: 9 }),
    );
    expect(merged.map(({ id, version }) => [id, version])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
  });

  test('only so many are kept, the oldest go', () => {
    const known = mergeAll(
      makePoint({ id: 'a', heard_at_ms: 1 }),
      makePoint({ id: 'b', heard_at_ms: 2 }),
    );
    const merged = mergeTalkingPoint(known, makePoint({ id: 'c', heard_at_ms: 3 }), 2);
    expect(merged.map(({ id }) => id)).toEqual(['c', 'b']);
  });
});

test('a point rests on the words that it quotes, and on those that a model read for it', () => {
  const read = makePoint({ speaker_identity: 'host-1', read_identities: ['guest-1', 'host-1'] });
  expect(restsOn(makePoint(), 'guest-1')).toBe(true);
  expect(restsOn(read, 'guest-1')).toBe(true);
  expect(restsOn(read, 'guest-2')).toBe(false);
});
