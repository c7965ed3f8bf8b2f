// Made by `npm run wire` from wire/schema; do not edit.

/**
 * Another playbook.
 */
export interface PlaybookRequest {
  v?: number;
  name: string;
}

/** What a reader checks a received message against. */
export const playbookRequestSchema = {
  additionalProperties: false,
  description: 'Another playbook.',
  properties: {
    v: { default: 1, type: 'integer' },
    name: { maxLength: 64, pattern: '^[a-z0-9][a-z0-9_-]*$', type: 'string' },
  },
  required: ['name'],
  title: 'PlaybookRequest',
  type: 'object',
} as const;
