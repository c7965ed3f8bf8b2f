import type { Role } from '../core/invitation';
import { useStatus } from '../hooks/useStatus';

/** One line for everybody: whether this call is transcribed, and by what. */
export function StatusLine({ role }: { readonly role: Role }) {
  const status = useStatus(role);
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
