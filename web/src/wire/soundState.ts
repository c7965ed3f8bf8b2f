// Made by `npm run wire` from wire/schema; do not edit.

/**
 * What is recorded, as of now.
 */
export interface SoundState {
  v?: number;
  on_since_ms?: number | null;
  answers?: {
    [k: string]: 'yes' | 'no';
  };
  recorded?: string[];
}

/** What a reader checks a received message against. */
export const soundStateSchema = {
  description: 'What is recorded, as of now.',
  properties: {
    v: { default: 1, type: 'integer' },
    on_since_ms: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: null },
    answers: { additionalProperties: { enum: ['yes', 'no'], type: 'string' }, type: 'object' },
    recorded: { items: { type: 'string' }, type: 'array' },
  },
  title: 'SoundState',
  type: 'object',
} as const;
