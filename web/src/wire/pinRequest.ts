// Made by `npm run wire` from wire/schema; do not edit.

/**
 * Keep a talking point, or keep it no longer.
 */
export interface PinRequest {
  v?: number;
  id: string;
  pinned?: boolean;
}

/** What a reader checks a received message against. */
export const pinRequestSchema = {
  additionalProperties: false,
  description: 'Keep a talking point, or keep it no longer.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 64, minLength: 1, type: 'string' },
    pinned: { default: true, type: 'boolean' },
  },
  required: ['id'],
  title: 'PinRequest',
  type: 'object',
} as const;
