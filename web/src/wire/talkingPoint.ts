// Made by `npm run wire` from wire/schema; do not edit.

/**
 * One version of one talking point, for hosts only.
 */
export interface TalkingPoint {
  v?: number;
  id: string;
  version: number;
  sequence: number;
  source: 'playbook' | 'model';
  rule_id?: string | null;
  text: string;
  complete?: boolean;
  quote: string;
  segment_id: string;
  speaker_identity: string;
  speaker_name: string;
  read_identities?: string[];
  heard_at_ms: number;
  sent_at_ms: number;
}

/** What a reader checks a received message against. */
export const talkingPointSchema = {
  additionalProperties: false,
  description: 'One version of one talking point, for hosts only.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 64, minLength: 1, type: 'string' },
    version: { minimum: 1, type: 'integer' },
    sequence: { minimum: 1, type: 'integer' },
    source: { enum: ['playbook', 'model'], type: 'string' },
    rule_id: { anyOf: [{ maxLength: 120, type: 'string' }, { type: 'null' }], default: null },
    text: { maxLength: 4000, type: 'string' },
    complete: { default: true, type: 'boolean' },
    quote: { maxLength: 4000, type: 'string' },
    segment_id: { maxLength: 64, type: 'string' },
    speaker_identity: { maxLength: 256, type: 'string' },
    speaker_name: { maxLength: 256, type: 'string' },
    read_identities: { default: [], items: { maxLength: 256, type: 'string' }, type: 'array' },
    heard_at_ms: { type: 'integer' },
    sent_at_ms: { type: 'integer' },
  },
  required: [
    'id',
    'version',
    'sequence',
    'source',
    'text',
    'quote',
    'segment_id',
    'speaker_identity',
    'speaker_name',
    'heard_at_ms',
    'sent_at_ms',
  ],
  title: 'TalkingPoint',
  type: 'object',
} as const;
