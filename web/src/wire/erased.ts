// Made by `npm run wire` from wire/schema; do not edit.

/**
 * What a participant said is forgotten: take it off the screen.
 */
export interface Erased {
  v?: number;
  speaker_identity: string;
  transcript_sequence?: number;
  sequence?: number;
}

/** What a reader checks a received message against. */
export const erasedSchema = {
  additionalProperties: false,
  description: 'What a participant said is forgotten: take it off the screen.',
  properties: {
    v: { default: 1, type: 'integer' },
    speaker_identity: { maxLength: 256, type: 'string' },
    transcript_sequence: { default: 0, minimum: 0, type: 'integer' },
    sequence: { default: 0, minimum: 0, type: 'integer' },
  },
  required: ['speaker_identity'],
  title: 'Erased',
  type: 'object',
} as const;
