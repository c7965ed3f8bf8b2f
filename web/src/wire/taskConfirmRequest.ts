// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A task with what the host has corrected before confirming; None: as it was heard.
 */
export interface TaskConfirmRequest {
  v?: number;
  id: string;
  what?: string | null;
  who?: string | null;
  due?: string | null;
  priority?: ('low' | 'normal' | 'high') | null;
}

/** What a reader checks a received message against. */
export const taskConfirmRequestSchema = {
  additionalProperties: false,
  description: 'A task with what the host has corrected before confirming; None: as it was heard.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 64, minLength: 1, type: 'string' },
    what: {
      anyOf: [{ maxLength: 500, minLength: 1, type: 'string' }, { type: 'null' }],
      default: null,
    },
    who: { anyOf: [{ maxLength: 256, type: 'string' }, { type: 'null' }], default: null },
    due: {
      anyOf: [
        { maxLength: 32, pattern: '^(\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2})?)?$', type: 'string' },
        { type: 'null' },
      ],
      default: null,
    },
    priority: {
      anyOf: [{ enum: ['low', 'normal', 'high'], type: 'string' }, { type: 'null' }],
      default: null,
    },
  },
  required: ['id'],
  title: 'TaskConfirmRequest',
  type: 'object',
} as const;
