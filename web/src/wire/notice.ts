// Made by `npm run wire` from wire/schema; do not edit.

/**
 * Something that a host should know about the hearing of this call.
 */
export interface Notice {
  v?: number;
  id: string;
  reason:
    | 'no_text'
    | 'silent'
    | 'encrypted'
    | 'crowded'
    | 'provider_down'
    | 'recognizer_changed'
    | 'model_quiet'
    | 'voice_missing'
    | 'cap_near'
    | 'stepped_down'
    | 'playbook_unusable'
    | 'command_refused'
    | 'store_away'
    | 'not_recorded';
  over?: boolean;
  identity?: string;
  text: string;
  at_ms: number;
}

/** What a reader checks a received message against. */
export const noticeSchema = {
  additionalProperties: false,
  description: 'Something that a host should know about the hearing of this call.',
  properties: {
    v: { default: 1, type: 'integer' },
    id: { maxLength: 320, type: 'string' },
    reason: {
      enum: [
        'no_text',
        'silent',
        'encrypted',
        'crowded',
        'provider_down',
        'recognizer_changed',
        'model_quiet',
        'voice_missing',
        'cap_near',
        'stepped_down',
        'playbook_unusable',
        'command_refused',
        'store_away',
        'not_recorded',
      ],
      type: 'string',
    },
    over: { default: false, type: 'boolean' },
    identity: { default: '', maxLength: 256, type: 'string' },
    text: { maxLength: 500, type: 'string' },
    at_ms: { type: 'integer' },
  },
  required: ['id', 'reason', 'text', 'at_ms'],
  title: 'Notice',
  type: 'object',
} as const;
