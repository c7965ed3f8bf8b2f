export type SeedStore = Pick<Storage, 'getItem' | 'setItem'>;

/** Stands in where the browser keeps no storage for this site: a reload then gets a new seat. */
const memory = new Map<string, string>();
const memoryStore: SeedStore = {
  getItem: (key) => memory.get(key) ?? null,
  setItem: (key, value) => {
    memory.set(key, value);
  },
};

/** Returns the storage of this browser tab. */
export function tabStore(): SeedStore {
  try {
    return window.sessionStorage;
  } catch {
    return memoryStore;
  }
}

/**
 * Returns the secret of this browser tab for one seat of one room, making it on first use.
 * The token server derives the participant's identity from it, so that a reload comes back as
 * the same participant; who does not know it cannot take the seat.
 */
export function keepSeed(storage: SeedStore, room: string, role: string): string {
  const key = `sidenote.seed.${role}.${room}`;
  const kept = storage.getItem(key);
  if (kept) return kept;
  const seed = makeUuid();
  storage.setItem(key, seed);
  return seed;
}

function makeUuid(): string {
  // crypto.randomUUID exists on https and localhost only; listening must work without.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
