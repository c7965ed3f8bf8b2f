import { type SyntheticEvent, useState } from 'react';
import { type ConsentPolicy, describePolicy } from '../core/consent';
import type { Invitation } from '../core/invitation';
import type { Problem } from '../core/problem';
import type { Config } from '../core/tokenServer';
import type { Choices } from '../hooks/useCall';
import { useCameraPreview, useMicrophonePreview } from '../hooks/usePreview';
import { DeviceField } from './DeviceField';
import { MicrophoneLevel } from './MicrophoneLevel';
import { Page } from './Page';
import { Picture } from './Picture';
import { ProblemNotice } from './ProblemNotice';

interface LobbyProps {
  readonly config: Config;
  readonly invitation: Invitation;
  /** Undefined before the first call: only the agent knows it. */
  readonly policy: ConsentPolicy | undefined;
  readonly joining: boolean;
  readonly problem: Problem | undefined;
  /** What was chosen the last time, after a join that failed. */
  readonly earlier: Choices | undefined;
  readonly onJoin: (choices: Choices) => void;
}

/** Before the call: who one is, and what the others will see and hear. */
export function Lobby(props: LobbyProps) {
  const { config, invitation, policy, joining, problem, earlier, onJoin } = props;
  const [name, setName] = useState(earlier?.name ?? invitation.name);
  const [microphone, setMicrophone] = useState(earlier?.microphone ?? true);
  const [microphoneId, setMicrophoneId] = useState(earlier?.microphoneId ?? '');
  const [camera, setCamera] = useState(earlier?.camera ?? true);
  const [cameraId, setCameraId] = useState(earlier?.cameraId ?? '');
  // While joining the devices are let go, so that the call can open them.
  const sound = useMicrophonePreview(microphone && !joining, microphoneId);
  const picture = useCameraPreview(camera && !joining, cameraId);

  const join = () => {
    onJoin({
      name: name.trim(),
      microphone: microphone && !sound.problem,
      microphoneId,
      camera: camera && !picture.problem,
      cameraId,
    });
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    join();
  };

  return (
    <Page wide>
      <div className="lobby">
        <div className="lobby-picture">
          <Picture track={picture.track} name={name} />
          <MicrophoneLevel track={sound.track} />
        </div>
        <form className="form" onSubmit={onSubmit}>
          <h1>Ready to join?</h1>
          <p className="quiet">
            You join as{' '}
            <span className="role" data-role={invitation.role}>
              {config.roles[invitation.role]}
            </span>
            . {describePolicy(policy)}
          </p>
          {problem && <ProblemNotice problem={problem} onRetry={join} />}
          <label className="field">
            <span>Your name</span>
            <input
              type="text"
              required
              maxLength={64}
              autoComplete="name"
              value={name}
              onChange={(event) => {
                setName(event.target.value);
              }}
            />
          </label>
          <DeviceField
            label="Microphone"
            kind="audioinput"
            on={microphone}
            onSwitch={setMicrophone}
            deviceId={microphoneId}
            onChoose={setMicrophoneId}
            opened={sound.track !== undefined}
            problem={sound.problem}
            onRetry={sound.retry}
          />
          <DeviceField
            label="Camera"
            kind="videoinput"
            on={camera}
            onSwitch={setCamera}
            deviceId={cameraId}
            onChoose={setCameraId}
            opened={picture.track !== undefined}
            problem={picture.problem}
            onRetry={picture.retry}
          />
          <button type="submit" className="button primary" disabled={joining}>
            {joining ? 'Joining…' : 'Join the call'}
          </button>
        </form>
      </div>
    </Page>
  );
}
