import { type CoverageReport, coverageReportSchema } from '../wire/coverageReport';
import { readMessage } from './message';
import { isDate } from './schema';

/** What was heard of one participant, in words. */
export interface CoverageRow {
  readonly identity: string;
  readonly name: string;
  /** What became text. */
  readonly heard: string;
  readonly silent: string;
  /** Speech in which no words were found. */
  readonly unrecognized: string;
  /** What was never recognized. */
  readonly dropped: string;
  /** Why, with the share of each reason; empty if nothing was dropped. */
  readonly reasons: string;
}

const REASONS: Readonly<Record<string, string>> = {
  queue_full: 'sound came too fast',
  provider_down: 'no recognizer answered',
  consent: 'consent was withdrawn',
  decode_error: 'the sound was unreadable',
};

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readCoverage(payload: Uint8Array): CoverageReport | undefined {
  const report = readMessage(coverageReportSchema, payload) as CoverageReport | undefined;
  return report && isDate(report.at_ms) ? report : undefined;
}

export function describeCoverage(report: CoverageReport): readonly CoverageRow[] {
  return report.speakers.map((speaker) => {
    const drops = Object.entries(speaker.dropped_seconds ?? {}).filter(([, seconds]) => seconds);
    return {
      identity: speaker.identity,
      name: speaker.name,
      heard: formatSeconds(speaker.recognized_seconds),
      silent: formatSeconds(speaker.silent_seconds),
      unrecognized: formatSeconds(speaker.without_text_seconds),
      dropped: formatSeconds(drops.reduce((sum, [, seconds]) => sum + seconds, 0)),
      reasons: drops
        .map(([reason, seconds]) => `${REASONS[reason] ?? reason}: ${formatSeconds(seconds)}`)
        .join(', '),
    };
  });
}

/** `0.4` -> `under 1 s`, `42` -> `42 s`, `125` -> `2 min 5 s`, `7260` -> `2 h 1 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds > 0 && seconds < 1) return 'under 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
