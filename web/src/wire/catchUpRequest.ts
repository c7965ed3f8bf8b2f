// Made by `npm run wire` from wire/schema; do not edit.

/**
 * From where on the caller has seen nothing.
 */
export interface CatchUpRequest {
  v?: number;
  since?: number;
  transcript_since?: number;
}

/** What a reader checks a received message against. */
export const catchUpRequestSchema = {
  additionalProperties: false,
  description: 'From where on the caller has seen nothing.',
  properties: {
    v: { default: 1, type: 'integer' },
    since: { default: 0, minimum: 0, type: 'integer' },
    transcript_since: { default: 0, minimum: 0, type: 'integer' },
  },
  title: 'CatchUpRequest',
  type: 'object',
} as const;
