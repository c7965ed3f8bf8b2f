// Made by `npm run wire` from wire/schema; do not edit.

/**
 * What the hosts have set for this call, and who advises and speaks.
 */
export interface CallState {
  v?: number;
  paused: boolean;
  muted: boolean;
  playbook: string;
  /**
   * @maxItems 100
   */
  playbooks?: string[];
  goal?: string;
  instruction?: string;
  model?: string;
  model_quiet_because?: string;
  voice?: string;
  voice_missing_because?: string;
}

/** What a reader checks a received message against. */
export const callStateSchema = {
  additionalProperties: false,
  description: 'What the hosts have set for this call, and who advises and speaks.',
  properties: {
    v: { default: 1, type: 'integer' },
    paused: { type: 'boolean' },
    muted: { type: 'boolean' },
    playbook: { maxLength: 64, type: 'string' },
    playbooks: { items: { type: 'string' }, maxItems: 100, type: 'array' },
    goal: { default: '', maxLength: 1000, type: 'string' },
    instruction: { default: '', maxLength: 2000, type: 'string' },
    model: { default: '', maxLength: 120, type: 'string' },
    model_quiet_because: { default: '', maxLength: 300, type: 'string' },
    voice: { default: '', maxLength: 120, type: 'string' },
    voice_missing_because: { default: '', maxLength: 300, type: 'string' },
  },
  required: ['paused', 'muted', 'playbook'],
  title: 'CallState',
  type: 'object',
} as const;
