import type { Notes } from './notes';

/** What is read out to who cannot look; the same key is read once. */
export interface Announcement {
  readonly key: string;
  readonly text: string;
}

/** So many of each kind: more would be read long after it mattered. */
const AT_MOST = 5;

type Told = Pick<Notes, 'points' | 'answers' | 'tasks' | 'lines'>;

/**
 * Returns what a host is told beside the transcript, oldest first: finished talking points and
 * answers, and tasks that wait. Half-written text would be read over and over, a pin is no news,
 * and what happened before `sinceMs` (the agent's time) was missed and is not read now.
 */
export function announceNotes({ points, answers, tasks }: Told, sinceMs: number): Announcement[] {
  const told = points.filter(
    ({ complete, state, heard_at_ms }) => complete && state === 'shown' && heard_at_ms >= sinceMs,
  );
  const answered = answers.filter(
    ({ complete, asked_at_ms }) => complete && asked_at_ms >= sinceMs,
  );
  const waiting = tasks.filter(
    ({ state, created_at_ms }) => state === 'proposed' && created_at_ms >= sinceMs,
  );
  return [
    ...told.slice(0, AT_MOST).map(({ id, text }) => announce(id, `Talking point: ${text}`)),
    ...answered.slice(0, AT_MOST).map(({ id, text }) => announce(id, `Answer: ${text}`)),
    ...waiting.slice(0, AT_MOST).map(({ id, what }) => announce(id, `Task to confirm: ${what}`)),
  ].reverse();
}

function announce(id: string, text: string): Announcement {
  return { key: `${id} ${text}`, text };
}

/** Returns the finished lines of others; one's own words need no reading out. */
export function announceLines({ lines }: Told, self: string, sinceMs: number): Announcement[] {
  return lines
    .filter((line) => line.final && line.identity !== self && line.endedAtMs >= sinceMs)
    .slice(-AT_MOST)
    .map(({ key, name, text }) => ({ key, text: `${name}: ${text}` }));
}
