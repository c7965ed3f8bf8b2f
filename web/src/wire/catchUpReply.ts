// Made by `npm run wire` from wire/schema; do not edit.
import type { Answer } from './answer';
import type { CallState } from './callState';
import type { Erased } from './erased';
import type { Gap } from './gap';
import type { TalkingPoint } from './talkingPoint';
import type { Task } from './task';
/**
 * A page of what the caller missed; ask again from `since` on while `more`.
 */
export interface CatchUpReply {
  v?: number;
  meeting: string;
  since: number;
  transcript_since: number;
  more: boolean;
  segments?: CaughtSegment[];
  erased?: Erased[];
  gaps?: Gap[];
  talking_points?: TalkingPoint[];
  tasks?: Task[];
  answers?: Answer[];
  state?: CallState | null;
}
/**
 * A final of the transcript.
 */
export interface CaughtSegment {
  sequence: number;
  segment_id: string;
  track_sid: string;
  speaker_identity: string;
  speaker_name: string;
  speaker_role: string;
  started_at_ms: number;
  ended_at_ms: number;
  text: string;
}

/** What a reader checks a received message against. */
export const catchUpReplySchema = {
  $defs: {
    Answer: {
      additionalProperties: false,
      description: 'One version of one answer, for hosts only.',
      properties: {
        v: { default: 1, type: 'integer' },
        id: { maxLength: 64, minLength: 1, type: 'string' },
        version: { minimum: 1, type: 'integer' },
        sequence: { minimum: 1, type: 'integer' },
        host_identity: { maxLength: 256, type: 'string' },
        question: { maxLength: 1000, type: 'string' },
        text: { maxLength: 4000, type: 'string' },
        complete: { type: 'boolean' },
        quotes: { items: { $ref: '#/$defs/AnswerQuote' }, maxItems: 8, type: 'array' },
        gaps: { default: '', maxLength: 500, type: 'string' },
        spoken: { default: false, type: 'boolean' },
        answered_by: { default: '', maxLength: 120, type: 'string' },
        read_identities: { default: [], items: { maxLength: 256, type: 'string' }, type: 'array' },
        asked_at_ms: { type: 'integer' },
      },
      required: [
        'id',
        'version',
        'sequence',
        'host_identity',
        'question',
        'text',
        'complete',
        'asked_at_ms',
      ],
      title: 'Answer',
      type: 'object',
    },
    AnswerQuote: {
      additionalProperties: false,
      description: 'Words of the transcript that an answer rests on.',
      properties: {
        segment_id: { maxLength: 64, type: 'string' },
        speaker_identity: { maxLength: 256, type: 'string' },
        speaker_name: { maxLength: 256, type: 'string' },
        quote: { maxLength: 1000, type: 'string' },
        at_ms: { type: 'integer' },
      },
      required: ['segment_id', 'speaker_identity', 'speaker_name', 'quote', 'at_ms'],
      title: 'AnswerQuote',
      type: 'object',
    },
    BriefLine: {
      additionalProperties: false,
      description: "A place in the host's own documents.",
      properties: {
        document: { maxLength: 256, type: 'string' },
        line: { minimum: 1, type: 'integer' },
        text: { maxLength: 4000, type: 'string' },
      },
      required: ['document', 'line', 'text'],
      title: 'BriefLine',
      type: 'object',
    },
    CallState: {
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
    },
    CaughtSegment: {
      additionalProperties: false,
      description: 'A final of the transcript.',
      properties: {
        sequence: { minimum: 1, type: 'integer' },
        segment_id: { maxLength: 64, type: 'string' },
        track_sid: { maxLength: 128, type: 'string' },
        speaker_identity: { maxLength: 256, type: 'string' },
        speaker_name: { maxLength: 256, type: 'string' },
        speaker_role: { maxLength: 16, type: 'string' },
        started_at_ms: { type: 'integer' },
        ended_at_ms: { type: 'integer' },
        text: { type: 'string' },
      },
      required: [
        'sequence',
        'segment_id',
        'track_sid',
        'speaker_identity',
        'speaker_name',
        'speaker_role',
        'started_at_ms',
        'ended_at_ms',
        'text',
      ],
      title: 'CaughtSegment',
      type: 'object',
    },
    Erased: {
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
    },
    Gap: {
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
    },
    TalkingPoint: {
      additionalProperties: false,
      description: 'One version of one talking point, for hosts only.',
      properties: {
        v: { default: 1, type: 'integer' },
        id: { maxLength: 64, minLength: 1, type: 'string' },
        version: { minimum: 1, type: 'integer' },
        sequence: { minimum: 1, type: 'integer' },
        source: { enum: ['playbook', 'model', 'brief'], type: 'string' },
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
        answer: { anyOf: [{ $ref: '#/$defs/BriefLine' }, { type: 'null' }], default: null },
        state: {
          default: 'shown',
          enum: ['shown', 'withdrawn', 'expired', 'dismissed'],
          type: 'string',
        },
        pinned: { default: false, type: 'boolean' },
        useful: { anyOf: [{ type: 'boolean' }, { type: 'null' }], default: null },
        expires_at_ms: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: null },
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
    },
    Task: {
      additionalProperties: false,
      description: 'One version of one task of a meeting, for hosts only.',
      properties: {
        v: { default: 1, type: 'integer' },
        id: { maxLength: 64, minLength: 1, type: 'string' },
        version: { minimum: 1, type: 'integer' },
        sequence: { minimum: 1, type: 'integer' },
        state: { enum: ['proposed', 'confirmed', 'done', 'rejected'], type: 'string' },
        proposes: { default: 'create', enum: ['create', 'change', 'complete'], type: 'string' },
        changes_task_id: {
          anyOf: [{ maxLength: 64, type: 'string' }, { type: 'null' }],
          default: null,
        },
        changes_version: {
          anyOf: [{ minimum: 1, type: 'integer' }, { type: 'null' }],
          default: null,
        },
        what: { maxLength: 500, minLength: 1, type: 'string' },
        who: { default: '', maxLength: 256, type: 'string' },
        due: {
          default: '',
          maxLength: 32,
          pattern: '^(\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2})?)?$',
          type: 'string',
        },
        due_spoken: { default: '', maxLength: 120, type: 'string' },
        priority: { default: 'normal', enum: ['low', 'normal', 'high'], type: 'string' },
        quote: { maxLength: 4000, type: 'string' },
        segment_id: { default: '', maxLength: 64, type: 'string' },
        host_identity: { maxLength: 256, type: 'string' },
        created_at_ms: { type: 'integer' },
        changed_at_ms: { type: 'integer' },
      },
      required: [
        'id',
        'version',
        'sequence',
        'state',
        'what',
        'quote',
        'host_identity',
        'created_at_ms',
        'changed_at_ms',
      ],
      title: 'Task',
      type: 'object',
    },
  },
  additionalProperties: false,
  description: 'A page of what the caller missed; ask again from `since` on while `more`.',
  properties: {
    v: { default: 1, type: 'integer' },
    meeting: { maxLength: 128, type: 'string' },
    since: { minimum: 0, type: 'integer' },
    transcript_since: { minimum: 0, type: 'integer' },
    more: { type: 'boolean' },
    segments: { items: { $ref: '#/$defs/CaughtSegment' }, type: 'array' },
    erased: { items: { $ref: '#/$defs/Erased' }, type: 'array' },
    gaps: { items: { $ref: '#/$defs/Gap' }, type: 'array' },
    talking_points: { items: { $ref: '#/$defs/TalkingPoint' }, type: 'array' },
    tasks: { items: { $ref: '#/$defs/Task' }, type: 'array' },
    answers: { items: { $ref: '#/$defs/Answer' }, type: 'array' },
    state: { anyOf: [{ $ref: '#/$defs/CallState' }, { type: 'null' }], default: null },
  },
  required: ['meeting', 'since', 'transcript_since', 'more'],
  title: 'CatchUpReply',
  type: 'object',
} as const;
