import type { Consent } from '../core/consent';
import type { Role } from '../core/invitation';
import type { ConsentRequest } from '../core/controls';
import { Clock } from './Clock';

interface OffTheRecordProps {
  readonly consent: Consent;
  readonly role: Role;
  readonly busy: boolean;
  readonly onAsk: (request: ConsentRequest) => void;
}

/** The mark that everybody sees while the call is off the record, and the host's button. */
export function OffTheRecord({ consent, role, busy, onAsk }: OffTheRecordProps) {
  const since = consent.off_the_record_since_ms;
  const off = since !== null;
  return (
    <>
      <div className="off-the-record" role="status" data-testid="off-the-record">
        {off && (
          <p>
            Off the record since <Clock ms={since} />
          </p>
        )}
      </div>
      {role === 'host' && (off || consent.policy !== 'off') && (
        <button
          type="button"
          className="button small record-button"
          disabled={busy}
          onClick={() => {
            onAsk(off ? 'on_the_record' : 'off_the_record');
          }}
        >
          {off ? 'On the record again' : 'Off the record'}
        </button>
      )}
    </>
  );
}
