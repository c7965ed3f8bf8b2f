import { expect, test } from 'vitest';
import { CatchUpLoop, type Outcome, waitAfter } from './catchUpLoop';

/** A loop whose questions have these outcomes, and the waits between them. */
function loopOf(...outcomes: (Outcome | (() => Outcome))[]) {
  const waits: number[] = [];
  const left = [...outcomes];
  const loop = new CatchUpLoop(
    () => {
      const next = left.shift();
      if (next === undefined) throw new Error('asked once too often');
      return Promise.resolve(typeof next === 'string' ? next : next());
    },
    (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  );
  return { loop, waits, left };
}

test('asks until there is no more', async () => {
  const { loop, waits, left } = loopOf('more', 'more', 'done');
  await loop.request();
  expect(left).toEqual([]);
  expect(waits).toEqual([]);
});

test('a question that failed is asked again, ever more slowly', async () => {
  const { loop, waits, left } = loopOf('failed', 'more', 'failed', 'done');
  await loop.request();
  expect(left).toEqual([]);
  expect(waits).toEqual([waitAfter(1), waitAfter(2)]);
  expect(waitAfter(2)).toBeGreaterThan(waitAfter(1));
  expect(waitAfter(50)).toBe(waitAfter(60));
});

test('who refuses is not asked again, until there is a new reason', async () => {
  const { loop, left } = loopOf('refused', 'done');
  await loop.request();
  expect(left).toEqual(['done']);
  await loop.request();
  expect(left).toEqual([]);
});

test('what is requested while a question is open is asked after it, once', async () => {
  const asked: CatchUpLoop[] = [];
  const { loop, left } = loopOf(() => {
    for (const open of asked) {
      void open.request();
      void open.request();
    }
    return 'done';
  }, 'done');
  asked.push(loop);
  await loop.request();
  expect(left).toEqual([]);
});

test('a stopped loop asks nothing more', async () => {
  const { loop, left } = loopOf(() => {
    loop.stop();
    return 'failed';
  }, 'done');
  await loop.request();
  await loop.request();
  expect(left).toEqual(['done']);
});
