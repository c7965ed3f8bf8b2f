// Made by `npm run wire` from wire/schema; do not edit.

/**
 * The spend of a call, sent when it has changed, at most once in five seconds.
 */
export interface CostReport {
  v?: number;
  at_ms: number;
  currency: string;
  call: number;
  day: number;
  call_cap?: number | null;
  day_cap?: number | null;
  level: 'normal' | 'warning' | 'stepped_down';
  providers: ProviderCost[];
}
/**
 * What one model of one provider did in this call.
 */
export interface ProviderCost {
  provider: string;
  model: string;
  usage?: {
    [k: string]: number;
  };
  estimated?: boolean;
  cost?: number | null;
}

/** What a reader checks a received message against. */
export const costReportSchema = {
  $defs: {
    ProviderCost: {
      additionalProperties: false,
      description: 'What one model of one provider did in this call.',
      properties: {
        provider: { maxLength: 64, type: 'string' },
        model: { maxLength: 120, type: 'string' },
        usage: {
          additionalProperties: { type: 'number' },
          propertyNames: {
            enum: ['input_tokens', 'cached_tokens', 'output_tokens', 'audio_seconds', 'characters'],
          },
          type: 'object',
        },
        estimated: { default: false, type: 'boolean' },
        cost: { anyOf: [{ minimum: 0, type: 'number' }, { type: 'null' }], default: null },
      },
      required: ['provider', 'model'],
      title: 'ProviderCost',
      type: 'object',
    },
  },
  additionalProperties: false,
  description: 'The spend of a call, sent when it has changed, at most once in five seconds.',
  properties: {
    v: { default: 1, type: 'integer' },
    at_ms: { type: 'integer' },
    currency: { maxLength: 3, minLength: 3, type: 'string' },
    call: { minimum: 0, type: 'number' },
    day: { minimum: 0, type: 'number' },
    call_cap: { anyOf: [{ minimum: 0, type: 'number' }, { type: 'null' }], default: null },
    day_cap: { anyOf: [{ minimum: 0, type: 'number' }, { type: 'null' }], default: null },
    level: { enum: ['normal', 'warning', 'stepped_down'], type: 'string' },
    providers: { items: { $ref: '#/$defs/ProviderCost' }, type: 'array' },
  },
  required: ['at_ms', 'currency', 'call', 'day', 'level', 'providers'],
  title: 'CostReport',
  type: 'object',
} as const;
