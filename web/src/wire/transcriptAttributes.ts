// Made by `npm run wire` from wire/schema; do not edit.

/**
 * What stands in the attributes of one interim or final transcript stream.
 *
 * LiveKit carries attributes as strings; `to_stream` and `from_stream` convert.
 */
export interface TranscriptAttributes {
  'lk.segment_id': string;
  'lk.transcription_final': boolean;
  'lk.transcribed_track_id': string;
  'sidenote.version'?: number;
  'sidenote.speaker_identity': string;
  'sidenote.speaker_name': string;
  'sidenote.speaker_role': 'host' | 'guest';
  'sidenote.started_at_ms': number;
  'sidenote.ended_at_ms': number;
  'sidenote.sequence'?: number;
}

/** What a reader checks a received message against. */
export const transcriptAttributesSchema = {
  description:
    'What stands in the attributes of one interim or final transcript stream.\n\nLiveKit carries attributes as strings; `to_stream` and `from_stream` convert.',
  properties: {
    'lk.segment_id': { type: 'string' },
    'lk.transcription_final': { type: 'boolean' },
    'lk.transcribed_track_id': { type: 'string' },
    'sidenote.version': { default: 1, type: 'integer' },
    'sidenote.speaker_identity': { type: 'string' },
    'sidenote.speaker_name': { type: 'string' },
    'sidenote.speaker_role': { enum: ['host', 'guest'], type: 'string' },
    'sidenote.started_at_ms': { type: 'integer' },
    'sidenote.ended_at_ms': { type: 'integer' },
    'sidenote.sequence': { default: 0, minimum: 0, type: 'integer' },
  },
  required: [
    'lk.segment_id',
    'lk.transcription_final',
    'lk.transcribed_track_id',
    'sidenote.speaker_identity',
    'sidenote.speaker_name',
    'sidenote.speaker_role',
    'sidenote.started_at_ms',
    'sidenote.ended_at_ms',
  ],
  title: 'TranscriptAttributes',
  type: 'object',
} as const;
