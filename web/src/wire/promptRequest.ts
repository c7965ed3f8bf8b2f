// Made by `npm run wire` from wire/schema; do not edit.

/**
 * What the advising model should keep in mind.
 */
export interface PromptRequest {
  v?: number;
  goal?: string | null;
  instruction?: string | null;
}

/** What a reader checks a received message against. */
export const promptRequestSchema = {
  additionalProperties: false,
  description: 'What the advising model should keep in mind.',
  properties: {
    v: { default: 1, type: 'integer' },
    goal: { anyOf: [{ maxLength: 1000, type: 'string' }, { type: 'null' }], default: null },
    instruction: { anyOf: [{ maxLength: 2000, type: 'string' }, { type: 'null' }], default: null },
  },
  title: 'PromptRequest',
  type: 'object',
} as const;
