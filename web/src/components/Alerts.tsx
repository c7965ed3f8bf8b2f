import type { Alert } from '../core/alerts';
import { Clock } from './Clock';

interface AlertsProps {
  readonly alerts: readonly Alert[];
  readonly onClose: (id: string) => void;
  readonly onJump: (identity: string, segmentId: string) => void;
}

/** Somebody has said the reader's name, or a word of their profile. */
export function Alerts({ alerts, onClose, onJump }: AlertsProps) {
  return (
    <ol className="alerts" aria-live="polite" data-testid="alerts">
      {alerts.map(({ id, word, quote, speaker_identity, speaker_name, segment_id, at_ms }) => (
        <li key={id} className="alert" data-id={id}>
          <p>
            <b>{speaker_name}</b> said “<b dir="auto">{word}</b>” <Clock ms={at_ms} />
          </p>
          <button
            type="button"
            className="link"
            title="Show it in the transcript"
            onClick={() => {
              onJump(speaker_identity, segment_id);
            }}
          >
            <span dir="auto">“{quote}”</span>
          </button>
          <button
            type="button"
            className="button small plain"
            onClick={() => {
              onClose(id);
            }}
          >
            Close
          </button>
        </li>
      ))}
    </ol>
  );
}
