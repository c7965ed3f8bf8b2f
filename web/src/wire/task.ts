// Made by `npm run wire` from wire/schema; do not edit.

/**
 * One version of one task of a meeting, for hosts only.
 */
export interface Task {
  v?: number;
  id: string;
  version: number;
  sequence: number;
  state: 'proposed' | 'confirmed' | 'done' | 'rejected';
  proposes?: 'create' | 'change' | 'complete';
  changes_task_id?: string | null;
  changes_version?: number | null;
  what: string;
  who?: string;
  due?: string;
  due_spoken?: string;
  priority?: 'low' | 'normal' | 'high';
  quote: string;
  segment_id?: string;
  host_identity: string;
  created_at_ms: number;
  changed_at_ms: number;
}

/** What a reader checks a received message against. */
export const taskSchema = {
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
    changes_version: { anyOf: [{ minimum: 1, type: 'integer' }, { type: 'null' }], default: null },
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
} as const;
