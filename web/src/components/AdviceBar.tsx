import { type CallState, describeQuiet } from '../core/callState';
import { mute, pause, resume, unmute } from '../core/controls';
import { type CostReport, describeSpend } from '../core/costs';
import type { Requests } from '../hooks/useRequests';

interface AdviceBarProps {
  readonly state: CallState;
  readonly costs: CostReport | undefined;
  readonly requests: Requests;
  readonly onSettings: () => void;
}

/** Under the talking points: why there are none, what they cost, and how to have a rest. */
export function AdviceBar({ state, costs, requests, onSettings }: AdviceBarProps) {
  const quiet = describeQuiet(state);
  return (
    <div className="advice-bar">
      <p className="quiet-line" role="status" data-testid="quiet">
        {quiet}
      </p>
      <div className="advice-buttons" role="group" aria-label="Advice">
        <button
          type="button"
          className="toggle"
          aria-label={state.paused ? 'Resume advice' : 'Pause advice'}
          onClick={() => void requests.ask(state.paused ? resume() : pause())}
        >
          {state.paused ? 'Resume' : 'Pause'}
        </button>
        {state.voice !== '' && (
          <button
            type="button"
            className="toggle"
            onClick={() => void requests.ask(state.muted ? unmute() : mute())}
          >
            {state.muted ? 'Unmute voice' : 'Mute voice'}
          </button>
        )}
        {costs && (
          <span className="spend" data-level={costs.level} data-testid="spend">
            <span className="sr-only">Spent in this call: </span>
            {describeSpend(costs)}
          </span>
        )}
        <button type="button" className="toggle" aria-haspopup="dialog" onClick={onSettings}>
          Settings
        </button>
      </div>
    </div>
  );
}
