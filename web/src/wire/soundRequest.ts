// Made by `npm run wire` from wire/schema; do not edit.

/**
 * Record the sound of the call, or record no longer.
 */
export interface SoundRequest {
  v?: number;
  on: boolean;
}

/** What a reader checks a received message against. */
export const soundRequestSchema = {
  additionalProperties: false,
  description: 'Record the sound of the call, or record no longer.',
  properties: { v: { default: 1, type: 'integer' }, on: { type: 'boolean' } },
  required: ['on'],
  title: 'SoundRequest',
  type: 'object',
} as const;
