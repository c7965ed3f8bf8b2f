import { writeMinutes } from '../core/controls';
import type { Minutes } from '../core/minutes';
import type { Requests } from '../hooks/useRequests';
import { MinutesText } from './MinutesText';

interface LiveMinutesProps {
  readonly minutes: Minutes | undefined;
  readonly requests: Requests;
  readonly onJump: (segmentId: string) => void;
}

/** The minutes of the call as far as it has come. */
export function LiveMinutes({ minutes, requests, onJump }: LiveMinutesProps) {
  const busy = requests.asking?.request === 'minutes';
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Minutes">
      <div className="actions">
        <button
          type="button"
          className="button small"
          disabled={busy}
          onClick={() => void requests.ask(writeMinutes())}
        >
          {busy ? 'Asking…' : 'Write now'}
        </button>
        <p className="quiet" role="status">
          {minutes ? 'As far as the call has come.' : 'Nothing is written yet.'}
        </p>
      </div>
      {minutes && <MinutesText minutes={minutes} onJump={onJump} />}
    </div>
  );
}
