// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A question about this call.
 */
export interface AskRequest {
  v?: number;
  question: string;
  aloud?: boolean;
}

/** What a reader checks a received message against. */
export const askRequestSchema = {
  additionalProperties: false,
  description: 'A question about this call.',
  properties: {
    v: { default: 1, type: 'integer' },
    question: { maxLength: 1000, minLength: 1, type: 'string' },
    aloud: { default: false, type: 'boolean' },
  },
  required: ['question'],
  title: 'AskRequest',
  type: 'object',
} as const;
