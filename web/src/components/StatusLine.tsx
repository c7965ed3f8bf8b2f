import type { Consent } from '../core/consent';
import type { Role } from '../core/invitation';
import { useStatus } from '../hooks/useStatus';

interface StatusLineProps {
  readonly role: Role;
  readonly consent: Consent | undefined;
}

/** One line for everybody: whether this call is transcribed, and by what. */
export function StatusLine({ role, consent }: StatusLineProps) {
  const status = useStatus(role, consent);
  return (
    <p className="status" role="status" data-testid="status" data-kind={status.kind}>
      <span className="dot" aria-hidden="true" />
      <span>
        {status.text}
        {status.advice && <> Advice: {status.advice}.</>}
      </span>
    </p>
  );
}
