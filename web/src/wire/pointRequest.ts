// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A talking point.
 */
export interface PointRequest {
  v?: number;
  id: string;
}

/** What a reader checks a received message against. */
export const pointRequestSchema = {
  additionalProperties: false,
  description: 'A talking point.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 64, minLength: 1, type: 'string' },
  },
  required: ['id'],
  title: 'PointRequest',
  type: 'object',
} as const;
