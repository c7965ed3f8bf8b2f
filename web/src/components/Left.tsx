import type { Farewell } from '../core/farewell';
import { Page } from './Page';

interface LeftProps {
  readonly farewell: Farewell;
  readonly onRejoin: () => void;
}

/** After a call. */
export function Left({ farewell, onRejoin }: LeftProps) {
  return (
    <Page>
      <h1>{farewell.title}</h1>
      <p className="lead">{farewell.detail}</p>
      <div className="actions">
        {farewell.canRejoin && (
          <button type="button" className="button primary" autoFocus onClick={onRejoin}>
            Rejoin
          </button>
        )}
        <a className="button plain" href="/">
          Start a new call
        </a>
      </div>
    </Page>
  );
}
