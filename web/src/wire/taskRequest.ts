// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A task.
 */
export interface TaskRequest {
  v?: number;
  id: string;
}

/** What a reader checks a received message against. */
export const taskRequestSchema = {
  additionalProperties: false,
  description: 'A task.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 64, minLength: 1, type: 'string' },
  },
  required: ['id'],
  title: 'TaskRequest',
  type: 'object',
} as const;
