// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A meeting, or the part of it that has been; live at most once in ten seconds.
 */
export interface StatisticsReport {
  v?: number;
  at_ms: number;
  seconds: number;
  silent_seconds: number;
  overlapping_seconds: number;
  /**
   * @maxItems 50
   */
  speakers: SpeakerReport[];
}
/**
 * One participant's part in a meeting.
 */
export interface SpeakerReport {
  identity: string;
  name: string;
  talk_seconds: number;
  share: number;
  turns: number;
  longest_monologue_seconds: number;
  interruptions: number;
  questions: number;
  words: number;
  words_per_minute: number;
  keywords?: {
    [k: string]: number;
  };
}

/** What a reader checks a received message against. */
export const statisticsReportSchema = {
  $defs: {
    SpeakerReport: {
      additionalProperties: false,
      description: "One participant's part in a meeting.",
      properties: {
        identity: { maxLength: 256, type: 'string' },
        name: { maxLength: 256, type: 'string' },
        talk_seconds: { minimum: 0, type: 'number' },
        share: { minimum: 0, type: 'number' },
        turns: { minimum: 0, type: 'integer' },
        longest_monologue_seconds: { minimum: 0, type: 'number' },
        interruptions: { minimum: 0, type: 'integer' },
        questions: { minimum: 0, type: 'integer' },
        words: { minimum: 0, type: 'integer' },
        words_per_minute: { minimum: 0, type: 'number' },
        keywords: { additionalProperties: { type: 'integer' }, type: 'object' },
      },
      required: [
        'identity',
        'name',
        'talk_seconds',
        'share',
        'turns',
        'longest_monologue_seconds',
        'interruptions',
        'questions',
        'words',
        'words_per_minute',
      ],
      title: 'SpeakerReport',
      type: 'object',
    },
  },
  additionalProperties: false,
  description: 'A meeting, or the part of it that has been; live at most once in ten seconds.',
  properties: {
    v: { default: 1, type: 'integer' },
    at_ms: { type: 'integer' },
    seconds: { minimum: 0, type: 'number' },
    silent_seconds: { minimum: 0, type: 'number' },
    overlapping_seconds: { minimum: 0, type: 'number' },
    speakers: { items: { $ref: '#/$defs/SpeakerReport' }, maxItems: 50, type: 'array' },
  },
  required: ['at_ms', 'seconds', 'silent_seconds', 'overlapping_seconds', 'speakers'],
  title: 'StatisticsReport',
  type: 'object',
} as const;
