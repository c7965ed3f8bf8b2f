// Made by `npm run wire` from wire/schema; do not edit.

/**
 * Who is listened to, as of now.
 */
export interface ConsentState {
  v?: number;
  policy: 'notice' | 'ask' | 'off';
  off_the_record_since_ms?: number | null;
  answers?: {
    [k: string]: 'yes' | 'no';
  };
}

/** What a reader checks a received message against. */
export const consentStateSchema = {
  description: 'Who is listened to, as of now.',
  properties: {
    v: { default: 1, type: 'integer' },
    policy: { enum: ['notice', 'ask', 'off'], type: 'string' },
    off_the_record_since_ms: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: null },
    answers: { additionalProperties: { enum: ['yes', 'no'], type: 'string' }, type: 'object' },
  },
  required: ['policy'],
  title: 'ConsentState',
  type: 'object',
} as const;
