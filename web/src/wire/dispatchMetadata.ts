// Made by `npm run wire` from wire/schema; do not edit.

/**
 * The metadata of an agent dispatch; only a holder of the server's secret can write it.
 */
export interface DispatchMetadata {
  v?: number;
  playbook?: string | null;
  consent?: ('notice' | 'ask' | 'off') | null;
  upload?: string | null;
}

/** What a reader checks a received message against. */
export const dispatchMetadataSchema = {
  description:
    "The metadata of an agent dispatch; only a holder of the server's secret can write it.",
  properties: {
    v: { default: 1, type: 'integer' },
    playbook: {
      anyOf: [
        { maxLength: 64, pattern: '^[a-z0-9][a-z0-9_-]*$', type: 'string' },
        { type: 'null' },
      ],
      default: null,
    },
    consent: {
      anyOf: [{ enum: ['notice', 'ask', 'off'], type: 'string' }, { type: 'null' }],
      default: null,
    },
    upload: {
      anyOf: [{ maxLength: 128, pattern: '^[A-Za-z0-9_-]+$', type: 'string' }, { type: 'null' }],
      default: null,
    },
  },
  title: 'DispatchMetadata',
  type: 'object',
} as const;
