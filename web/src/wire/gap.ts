// Made by `npm run wire` from wire/schema; do not edit.

/**
 * A time in which no agent listened: what was said in it is in no transcript.
 */
export interface Gap {
  v?: number;
  started_at_ms: number;
  ended_at_ms: number;
  reason: 'agent_away' | 'connection_lost' | 'room_remade';
  transcript_sequence: number;
}

/** What a reader checks a received message against. */
export const gapSchema = {
  additionalProperties: false,
  description: 'A time in which no agent listened: what was said in it is in no transcript.',
  properties: {
    v: { default: 1, type: 'integer' },
    started_at_ms: { type: 'integer' },
    ended_at_ms: { type: 'integer' },
    reason: { enum: ['agent_away', 'connection_lost', 'room_remade'], type: 'string' },
    transcript_sequence: { minimum: 0, type: 'integer' },
  },
  required: ['started_at_ms', 'ended_at_ms', 'reason', 'transcript_sequence'],
  title: 'Gap',
  type: 'object',
} as const;
