import { ConnectionStateToast, RoomAudioRenderer, RoomContext } from '@livekit/components-react';
import type { Room } from 'livekit-client';
import type { Device } from '../core/deviceProblem';
import type { Invitation } from '../core/invitation';
import type { Problem } from '../core/problem';
import type { TalkingPoint } from '../core/talkingPoints';
import type { Config } from '../core/tokenServer';
import type { Line } from '../core/transcript';
import { Panels } from './Panels';
import { ProblemNotice } from './ProblemNotice';
import { Stage } from './Stage';
import { StatusLine } from './StatusLine';

interface CallProps {
  readonly room: Room;
  readonly config: Config;
  readonly invitation: Invitation;
  readonly lines: readonly Line[];
  readonly points: readonly TalkingPoint[];
  readonly unreadable: number;
  readonly deviceProblem: Problem | undefined;
  readonly onDeviceError: (device: Device, error: unknown) => void;
  readonly onDeviceProblemClosed: () => void;
}

/** The call: people and controls on one side, what is said and what to say on the other. */
export function Call(props: CallProps) {
  const { room, config, invitation } = props;
  return (
    <RoomContext.Provider value={room}>
      <div className="call" data-role={invitation.role}>
        <header className="call-header">
          <span className="wordmark">Sidenote</span>
          <span className="role" data-role={invitation.role}>
            {config.roles[invitation.role]}
          </span>
          <StatusLine role={invitation.role} />
        </header>
        <main className="call-main">
          <h1 className="sr-only">Call</h1>
          <Stage config={config} invitation={invitation} onDeviceError={props.onDeviceError}>
            {props.deviceProblem && (
              <ProblemNotice problem={props.deviceProblem} onClose={props.onDeviceProblemClosed} />
            )}
          </Stage>
          <Panels
            config={config}
            role={invitation.role}
            self={room.localParticipant.identity}
            lines={props.lines}
            points={props.points}
            unreadable={props.unreadable}
          />
        </main>
        <RoomAudioRenderer />
        <ConnectionStateToast />
      </div>
    </RoomContext.Provider>
  );
}
