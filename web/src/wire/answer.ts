// Made by `npm run wire` from wire/schema; do not edit.

/**
 * One version of one answer, for hosts only.
 */
export interface Answer {
  v?: number;
  id: string;
  version: number;
  sequence: number;
  host_identity: string;
  question: string;
  text: string;
  complete: boolean;
  /**
   * @maxItems 8
   */
  quotes?: AnswerQuote[];
  gaps?: string;
  spoken?: boolean;
  answered_by?: string;
  read_identities?: string[];
  asked_at_ms: number;
}
/**
 * Words of the transcript that an answer rests on.
 */
export interface AnswerQuote {
  segment_id: string;
  speaker_identity: string;
  speaker_name: string;
  quote: string;
  at_ms: number;
}

/** What a reader checks a received message against. */
export const answerSchema = {
  $defs: {
    AnswerQuote: {
      additionalProperties: false,
      description: 'Words of the transcript that an answer rests on.',
      properties: {
        segment_id: { maxLength: 64, type: 'string' },
        speaker_identity: { maxLength: 256, type: 'string' },
        speaker_name: { maxLength: 256, type: 'string' },
        quote: { maxLength: 1000, type: 'string' },
        at_ms: { type: 'integer' },
      },
      required: ['segment_id', 'speaker_identity', 'speaker_name', 'quote', 'at_ms'],
      title: 'AnswerQuote',
      type: 'object',
    },
  },
  additionalProperties: false,
  description: 'One version of one answer, for hosts only.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 64, minLength: 1, type: 'string' },
    version: { minimum: 1, type: 'integer' },
    sequence: { minimum: 1, type: 'integer' },
    host_identity: { maxLength: 256, type: 'string' },
    question: { maxLength: 1000, type: 'string' },
    text: { maxLength: 4000, type: 'string' },
    complete: { type: 'boolean' },
    quotes: { items: { $ref: '#/$defs/AnswerQuote' }, maxItems: 8, type: 'array' },
    gaps: { default: '', maxLength: 500, type: 'string' },
    spoken: { default: false, type: 'boolean' },
    answered_by: { default: '', maxLength: 120, type: 'string' },
    read_identities: { default: [], items: { maxLength: 256, type: 'string' }, type: 'array' },
    asked_at_ms: { type: 'integer' },
  },
  required: [
    'id',
    'version',
    'sequence',
    'host_identity',
    'question',
    'text',
    'complete',
    'asked_at_ms',
  ],
  title: 'Answer',
  type: 'object',
} as const;
