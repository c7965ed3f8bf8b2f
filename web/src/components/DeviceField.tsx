import { useId } from 'react';
import type { Problem } from '../core/problem';
import { useDevices } from '../hooks/useDevices';

interface DeviceFieldProps {
  readonly label: string;
  readonly kind: 'audioinput' | 'videoinput';
  readonly on: boolean;
  readonly onSwitch: (on: boolean) => void;
  readonly deviceId: string;
  readonly onChoose: (deviceId: string) => void;
  readonly opened: boolean;
  readonly problem: Problem | undefined;
  readonly onRetry: () => void;
}

/** Switches one device on or off and chooses which one; says what to do when it does not open. */
export function DeviceField(props: DeviceFieldProps) {
  const { label, on, problem } = props;
  const devices = useDevices(props.kind, props.opened);
  const problemId = useId();
  return (
    <div className="device">
      <div className="device-row">
        <label className="switch">
          <input
            type="checkbox"
            role="switch"
            checked={on}
            aria-describedby={problem ? problemId : undefined}
            onChange={(event) => {
              props.onSwitch(event.target.checked);
            }}
          />
          <span>{label}</span>
        </label>
        <select
          aria-label={`Which ${label.toLowerCase()}`}
          disabled={!on || devices.length === 0}
          value={props.deviceId}
          onChange={(event) => {
            props.onChoose(event.target.value);
          }}
        >
          <option value="">The browser’s choice</option>
          {devices.map((device, index) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label || `${label} ${index + 1}`}
            </option>
          ))}
        </select>
      </div>
      {on && problem && (
        <div className="device-problem" id={problemId} role="alert">
          <p>
            <b>{problem.title}.</b> {problem.detail} {problem.remedy}
          </p>
          {problem.canRetry && (
            <button type="button" className="button small" onClick={props.onRetry}>
              Try again
            </button>
          )}
        </div>
      )}
    </div>
  );
}
