/**
 * How far this machine's clock is ahead of the agent's: what comes over the network is a little
 * old, so the least difference seen is the nearest. Undefined: nothing has come yet.
 */
export type Ahead = number | undefined;

export function noteSentAt(ahead: Ahead, sentAtMs: number, receivedAtMs: number): number {
  return Math.min(ahead ?? Infinity, receivedAtMs - sentAtMs);
}

/** Returns the time as the agent would tell it. */
export function agentTime(ahead: Ahead, nowMs: number): number {
  return nowMs - (ahead ?? 0);
}

/** `3` s ago -> `now`, `42` -> `40 s ago`, `125` -> `2 min ago`, `7300` -> `2 h ago`. */
export function describeAge(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 10) return 'now';
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}
