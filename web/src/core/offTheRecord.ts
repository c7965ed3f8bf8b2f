import type { Gap, GapTimes } from './gaps';
import type { Line } from './transcript';

/** A time during which nobody was transcribed; `untilMs` is undefined while it lasts. */
export interface Period {
  /** As the agent says. */
  readonly fromMs: number;
  /** When this page saw the end of it. */
  readonly untilMs: number | undefined;
}

/** What stands in the transcript: what was said, and when nothing was written down. */
export type Entry =
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'off' | 'on'; readonly key: string; readonly atMs: number }
  | { readonly kind: 'gap'; readonly key: string; readonly gap: GapTimes };

/** Returns the periods after the agent said since when the call is off the record (null: not). */
export function followPeriods(
  periods: readonly Period[],
  sinceMs: number | null,
  nowMs: number,
): readonly Period[] {
  const last = periods.at(-1);
  const open = last?.untilMs === undefined ? last : undefined;
  if (open?.fromMs === sinceMs || (!open && sinceMs === null)) return periods;
  const ended = open ? [...periods.slice(0, -1), { ...open, untilMs: nowMs }] : periods;
  return sinceMs === null ? ended : [...ended, { fromMs: sinceMs, untilMs: undefined }];
}

/**
 * Returns lines and marks in their order. Nobody is transcribed off the record, so the two marks
 * of a period stand together where it began: what was said later was said after it, whatever
 * the clock of this machine makes of its end. The same holds for a time in which nobody listened.
 */
export function placeMarks(
  lines: readonly Line[],
  periods: readonly Period[],
  gaps: readonly Gap[],
): readonly Entry[] {
  const marks = [
    ...periods.map((period) => ({ fromMs: period.fromMs, entries: marksOf(period) })),
    ...gaps.map((gap) => ({ fromMs: gap.started_at_ms, entries: [markOf(gap)] })),
  ].sort((one, other) => one.fromMs - other.fromMs);
  const entries: Entry[] = [];
  let next = 0;
  for (const mark of marks) {
    const later = lines.findIndex((line) => line.startedAtMs > mark.fromMs);
    const end = Math.max(next, later === -1 ? lines.length : later);
    entries.push(...lines.slice(next, end).map(asEntry), ...mark.entries);
    next = end;
  }
  return [...entries, ...lines.slice(next).map(asEntry)];
}

function asEntry(line: Line): Entry {
  return { kind: 'line', line };
}

function marksOf({ fromMs, untilMs }: Period): Entry[] {
  const off: Entry = { kind: 'off', key: `off ${fromMs}`, atMs: fromMs };
  if (untilMs === undefined) return [off];
  return [off, { kind: 'on', key: `on ${fromMs}`, atMs: Math.max(fromMs, untilMs) }];
}

function markOf(gap: Gap): Entry {
  return { kind: 'gap', key: `gap ${gap.started_at_ms}`, gap };
}
