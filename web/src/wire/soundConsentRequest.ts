// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A participant's own answer to being recorded; the last one counts.
 */
export interface SoundConsentRequest {
  v?: number;
  answer: 'yes' | 'no';
  erase?: boolean;
}

/** What a reader checks a received message against. */
export const soundConsentRequestSchema = {
  additionalProperties: false,
  description: "A participant's own answer to being recorded; the last one counts.",
  properties: {
    v: { default: 1, type: 'integer' },
    answer: { enum: ['yes', 'no'], type: 'string' },
    erase: { default: false, type: 'boolean' },
  },
  required: ['answer'],
  title: 'SoundConsentRequest',
  type: 'object',
} as const;
