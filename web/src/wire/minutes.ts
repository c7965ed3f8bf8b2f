// Made by `npm run wire` from wire/schema; do not edit.

/**
 * The minutes of one meeting, whole or as far as it has come.
 */
export interface Minutes {
  v?: number;
  room_sid: string;
  version: number;
  state: 'live' | 'final';
  template: string;
  profile_id?: string;
  written_at_ms: number;
  transcript_sequence: number;
  title: string;
  /**
   * @maxItems 40
   */
  summary: MinutesLine[];
  /**
   * @maxItems 40
   */
  key_points: MinutesLine[];
  /**
   * @maxItems 40
   */
  decisions: MinutesLine[];
  /**
   * @maxItems 60
   */
  action_items: ActionItem[];
  /**
   * @maxItems 40
   */
  open_questions: MinutesLine[];
  conclusion?: MinutesLine | null;
  /**
   * @maxItems 20
   */
  sections?: MinutesSection[];
  /**
   * @maxItems 50
   */
  speakers?: SpeakerInsight[];
  consent: string;
  coverage: string;
  /**
   * @maxItems 8
   */
  written_by?: string[];
  /**
   * @maxItems 8
   */
  did_not_answer?: string[];
  dropped?: {
    [k: string]: number;
  };
}
/**
 * One statement of the minutes.
 */
export interface MinutesLine {
  text: string;
  /**
   * @minItems 1
   * @maxItems 8
   */
  evidence: Evidence[];
  /**
   * @maxItems 8
   */
  found_by?: string[];
}
/**
 * A place in the transcript.
 */
export interface Evidence {
  segment_id: string;
  quote: string;
}
/**
 * Something that somebody will do.
 */
export interface ActionItem {
  text: string;
  /**
   * @minItems 1
   * @maxItems 8
   */
  evidence: Evidence[];
  /**
   * @maxItems 8
   */
  found_by?: string[];
  owner_identity?: string;
  owner_name?: string;
  due?: string;
  due_spoken?: string;
}
/**
 * What a template asks for beside what all minutes have.
 */
export interface MinutesSection {
  id: string;
  title: string;
  /**
   * @maxItems 40
   */
  lines: MinutesLine[];
}
/**
 * What one participant wanted, promised or asked.
 */
export interface SpeakerInsight {
  identity: string;
  name: string;
  /**
   * @maxItems 12
   */
  lines: MinutesLine[];
}

/** What a reader checks a received message against. */
export const minutesSchema = {
  $defs: {
    ActionItem: {
      additionalProperties: false,
      description: 'Something that somebody will do.',
      properties: {
        text: { maxLength: 1000, minLength: 1, type: 'string' },
        evidence: { items: { $ref: '#/$defs/Evidence' }, maxItems: 8, minItems: 1, type: 'array' },
        found_by: { items: { type: 'string' }, maxItems: 8, type: 'array' },
        owner_identity: { default: '', maxLength: 256, type: 'string' },
        owner_name: { default: '', maxLength: 256, type: 'string' },
        due: { default: '', maxLength: 32, type: 'string' },
        due_spoken: { default: '', maxLength: 120, type: 'string' },
      },
      required: ['text', 'evidence'],
      title: 'ActionItem',
      type: 'object',
    },
    Evidence: {
      additionalProperties: false,
      description: 'A place in the transcript.',
      properties: {
        segment_id: { maxLength: 64, type: 'string' },
        quote: { maxLength: 500, minLength: 1, type: 'string' },
      },
      required: ['segment_id', 'quote'],
      title: 'Evidence',
      type: 'object',
    },
    MinutesLine: {
      additionalProperties: false,
      description: 'One statement of the minutes.',
      properties: {
        text: { maxLength: 1000, minLength: 1, type: 'string' },
        evidence: { items: { $ref: '#/$defs/Evidence' }, maxItems: 8, minItems: 1, type: 'array' },
        found_by: { items: { type: 'string' }, maxItems: 8, type: 'array' },
      },
      required: ['text', 'evidence'],
      title: 'MinutesLine',
      type: 'object',
    },
    MinutesSection: {
      additionalProperties: false,
      description: 'What a template asks for beside what all minutes have.',
      properties: {
        id: { maxLength: 64, type: 'string' },
        title: { maxLength: 120, type: 'string' },
        lines: { items: { $ref: '#/$defs/MinutesLine' }, maxItems: 40, type: 'array' },
      },
      required: ['id', 'title', 'lines'],
      title: 'MinutesSection',
      type: 'object',
    },
    SpeakerInsight: {
      additionalProperties: false,
      description: 'What one participant wanted, promised or asked.',
      properties: {
        identity: { maxLength: 256, type: 'string' },
        name: { maxLength: 256, type: 'string' },
        lines: { items: { $ref: '#/$defs/MinutesLine' }, maxItems: 12, type: 'array' },
      },
      required: ['identity', 'name', 'lines'],
      title: 'SpeakerInsight',
      type: 'object',
    },
  },
  additionalProperties: false,
  description: 'The minutes of one meeting, whole or as far as it has come.',
  properties: {
    v: { default: 1, type: 'integer' },
    room_sid: { maxLength: 128, type: 'string' },
    version: { minimum: 1, type: 'integer' },
    state: { enum: ['live', 'final'], type: 'string' },
    template: { maxLength: 64, type: 'string' },
    profile_id: { default: '', maxLength: 64, type: 'string' },
    written_at_ms: { type: 'integer' },
    transcript_sequence: { minimum: 0, type: 'integer' },
    title: { maxLength: 200, type: 'string' },
    summary: { items: { $ref: '#/$defs/MinutesLine' }, maxItems: 40, type: 'array' },
    key_points: { items: { $ref: '#/$defs/MinutesLine' }, maxItems: 40, type: 'array' },
    decisions: { items: { $ref: '#/$defs/MinutesLine' }, maxItems: 40, type: 'array' },
    action_items: { items: { $ref: '#/$defs/ActionItem' }, maxItems: 60, type: 'array' },
    open_questions: { items: { $ref: '#/$defs/MinutesLine' }, maxItems: 40, type: 'array' },
    conclusion: { anyOf: [{ $ref: '#/$defs/MinutesLine' }, { type: 'null' }], default: null },
    sections: { items: { $ref: '#/$defs/MinutesSection' }, maxItems: 20, type: 'array' },
    speakers: { items: { $ref: '#/$defs/SpeakerInsight' }, maxItems: 50, type: 'array' },
    consent: { maxLength: 1000, type: 'string' },
    coverage: { maxLength: 2000, type: 'string' },
    written_by: { items: { type: 'string' }, maxItems: 8, type: 'array' },
    did_not_answer: { items: { type: 'string' }, maxItems: 8, type: 'array' },
    dropped: { additionalProperties: { type: 'integer' }, type: 'object' },
  },
  required: [
    'room_sid',
    'version',
    'state',
    'template',
    'written_at_ms',
    'transcript_sequence',
    'title',
    'summary',
    'key_points',
    'decisions',
    'action_items',
    'open_questions',
    'consent',
    'coverage',
  ],
  title: 'Minutes',
  type: 'object',
} as const;
