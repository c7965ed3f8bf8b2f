import type { TalkingPoint } from './talkingPoints';

/** A talking point for tests, with what they care about put in. */
export function makePoint(changes: Partial<TalkingPoint> = {}): TalkingPoint {
  return {
    v: 1,
    id: 'a',
    version: 1,
    sequence: 1,
    source: 'playbook',
    rule_id: null,
    text: 'Say the price.',
    complete: true,
    quote: 'how much',
    segment_id: 's1',
    speaker_identity: 'guest-1',
    speaker_name: 'Pat',
    heard_at_ms: 1000,
    sent_at_ms: 1001,
    answer: null,
    state: 'shown',
    pinned: false,
    useful: null,
    expires_at_ms: null,
    read_identities: [],
    ...changes,
  };
}
