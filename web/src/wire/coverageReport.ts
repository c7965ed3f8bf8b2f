// Made by `npm run wire` from wire/schema; do not edit.

/**
 * What was heard of everybody, at most once in five seconds and only when it has changed.
 */
export interface CoverageReport {
  v?: number;
  at_ms: number;
  speakers: SpeakerCoverage[];
}
/**
 * Seconds of one participant's audio in this meeting, and where they went.
 *
 * received = silent + sent + the seconds dropped, to 1 %; sent = recognized + without_text +
 * what is under way.
 */
export interface SpeakerCoverage {
  identity: string;
  name: string;
  received_seconds: number;
  silent_seconds: number;
  sent_seconds: number;
  recognized_seconds: number;
  without_text_seconds: number;
  dropped_seconds?: {
    [k: string]: number;
  };
}

/** What a reader checks a received message against. */
export const coverageReportSchema = {
  $defs: {
    SpeakerCoverage: {
      additionalProperties: false,
      description:
        "Seconds of one participant's audio in this meeting, and where they went.\n\nreceived = silent + sent + the seconds dropped, to 1 %; sent = recognized + without_text +\nwhat is under way.",
      properties: {
        identity: { maxLength: 256, type: 'string' },
        name: { maxLength: 256, type: 'string' },
        received_seconds: { minimum: 0, type: 'number' },
        silent_seconds: { minimum: 0, type: 'number' },
        sent_seconds: { minimum: 0, type: 'number' },
        recognized_seconds: { minimum: 0, type: 'number' },
        without_text_seconds: { minimum: 0, type: 'number' },
        dropped_seconds: {
          additionalProperties: { type: 'number' },
          propertyNames: { enum: ['queue_full', 'provider_down', 'consent', 'decode_error'] },
          type: 'object',
        },
      },
      required: [
        'identity',
        'name',
        'received_seconds',
        'silent_seconds',
        'sent_seconds',
        'recognized_seconds',
        'without_text_seconds',
      ],
      title: 'SpeakerCoverage',
      type: 'object',
    },
  },
  additionalProperties: false,
  description:
    'What was heard of everybody, at most once in five seconds and only when it has changed.',
  properties: {
    v: { default: 1, type: 'integer' },
    at_ms: { type: 'integer' },
    speakers: { items: { $ref: '#/$defs/SpeakerCoverage' }, type: 'array' },
  },
  required: ['at_ms', 'speakers'],
  title: 'CoverageReport',
  type: 'object',
} as const;
