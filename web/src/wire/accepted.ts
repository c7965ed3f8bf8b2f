// Made by `npm run wire` from wire/schema; do not edit.

/**
 * It is done, or begun.
 */
export interface Accepted {
  v?: number;
  id: string;
}

/** What a reader checks a received message against. */
export const acceptedSchema = {
  additionalProperties: false,
  description: 'It is done, or begun.',
  properties: { v: { default: 1, type: 'integer' }, id: { maxLength: 64, type: 'string' } },
  required: ['id'],
  title: 'Accepted',
  type: 'object',
} as const;
