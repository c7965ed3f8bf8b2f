// Made by `npm run wire` from wire/schema; do not edit.

/**
 * Stop or resume everybody's transcription.
 */
export interface OffTheRecordRequest {
  v?: number;
  off: boolean;
}

/** What a reader checks a received message against. */
export const offTheRecordRequestSchema = {
  additionalProperties: false,
  description: "Stop or resume everybody's transcription.",
  properties: { v: { default: 1, type: 'integer' }, off: { type: 'boolean' } },
  required: ['off'],
  title: 'OffTheRecordRequest',
  type: 'object',
} as const;
