// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A participant's own answer; the last one counts.
 */
export interface ConsentRequest {
  v?: number;
  answer: 'yes' | 'no';
  erase?: boolean;
}

/** What a reader checks a received message against. */
export const consentRequestSchema = {
  additionalProperties: false,
  description: "A participant's own answer; the last one counts.",
  properties: {
    v: { default: 1, type: 'integer' },
    answer: { enum: ['yes', 'no'], type: 'string' },
    erase: { default: false, type: 'boolean' },
  },
  required: ['answer'],
  title: 'ConsentRequest',
  type: 'object',
} as const;
