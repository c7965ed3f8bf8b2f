// Made by `npm run wire` from wire/schema; do not edit.

/**
 * What a host thinks of a talking point.
 */
export interface UsefulRequest {
  v?: number;
  id: string;
  useful?: boolean | null;
}

/** What a reader checks a received message against. */
export const usefulRequestSchema = {
  additionalProperties: false,
  description: 'What a host thinks of a talking point.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 64, minLength: 1, type: 'string' },
    useful: { anyOf: [{ type: 'boolean' }, { type: 'null' }], default: true },
  },
  required: ['id'],
  title: 'UsefulRequest',
  type: 'object',
} as const;
