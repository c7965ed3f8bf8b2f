import { expect, test } from 'vitest';
import { keepSeed, type SeedStore } from './seed';

function emptyStore(): SeedStore {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
}

test('a seed is a random UUID', () => {
  expect(keepSeed(emptyStore(), 'room-1', 'host')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('a tab keeps its seed for a seat, and has another for every other seat', () => {
  const store = emptyStore();
  const seed = keepSeed(store, 'room-1', 'host');
  expect(keepSeed(store, 'room-1', 'host')).toBe(seed);
  expect(keepSeed(store, 'room-1', 'guest')).not.toBe(seed);
  expect(keepSeed(store, 'room-2', 'host')).not.toBe(seed);
});

test('another tab has another seed', () => {
  expect(keepSeed(emptyStore(), 'room-1', 'host')).not.toBe(
    keepSeed(emptyStore(), 'room-1', 'host'),
  );
});
