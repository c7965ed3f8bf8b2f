import { type StatisticsReport, statisticsReportSchema } from '../wire/statisticsReport';
import { formatSeconds } from './coverage';
import { readMessage } from './message';
import { isDate } from './schema';

/** One participant's part in the call, in words. */
export interface StatisticsRow {
  readonly identity: string;
  readonly name: string;
  /** Of everybody's talk time, from 0 to 1. */
  readonly share: number;
  /** `71 %, 42 s` */
  readonly spoke: string;
  readonly turns: string;
  readonly longest: string;
  readonly interruptions: string;
  readonly questions: string;
  /** Words in a minute of talk. */
  readonly pace: string;
  /** `price 2, lead time 1`; empty if none was said. */
  readonly keywords: string;
}

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readStatistics(payload: Uint8Array): StatisticsReport | undefined {
  const report = readMessage(statisticsReportSchema, payload) as StatisticsReport | undefined;
  return report && isDate(report.at_ms) ? report : undefined;
}

export function describeStatistics(report: StatisticsReport): readonly StatisticsRow[] {
  return report.speakers.map((speaker) => ({
    identity: speaker.identity,
    name: speaker.name,
    share: speaker.share,
    spoke: `${Math.round(speaker.share * 100)} %, ${formatSeconds(speaker.talk_seconds)}`,
    turns: String(speaker.turns),
    longest: formatSeconds(speaker.longest_monologue_seconds),
    interruptions: String(speaker.interruptions),
    questions: String(speaker.questions),
    pace: String(Math.round(speaker.words_per_minute)),
    keywords: Object.entries(speaker.keywords ?? {})
      .sort(([, one], [, other]) => other - one)
      .map(([keyword, count]) => `${keyword} ${count}`)
      .join(', '),
  }));
}
