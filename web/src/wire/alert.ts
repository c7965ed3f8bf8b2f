// Made by `npm run wire` from wire/schema; do not edit.

/**
 * Somebody has said a host's name, or a word that the host's profile names.
 *
 * It is in no store: a page takes it off its screen when `Erased` names its speaker.
 */
export interface Alert {
  v?: number;
  id: string;
  profile_id: string;
  word: string;
  segment_id: string;
  quote: string;
  speaker_identity: string;
  speaker_name: string;
  at_ms: number;
}

/** What a reader checks a received message against. */
export const alertSchema = {
  additionalProperties: false,
  description:
    "Somebody has said a host's name, or a word that the host's profile names.\n\nIt is in no store: a page takes it off its screen when `Erased` names its speaker.",
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 128, minLength: 1, type: 'string' },
    profile_id: { maxLength: 64, type: 'string' },
    word: { maxLength: 256, minLength: 1, type: 'string' },
    segment_id: { maxLength: 64, type: 'string' },
    quote: { maxLength: 500, minLength: 1, type: 'string' },
    speaker_identity: { maxLength: 256, type: 'string' },
    speaker_name: { maxLength: 256, type: 'string' },
    at_ms: { type: 'integer' },
  },
  required: [
    'id',
    'profile_id',
    'word',
    'segment_id',
    'quote',
    'speaker_identity',
    'speaker_name',
    'at_ms',
  ],
  title: 'Alert',
  type: 'object',
} as const;
