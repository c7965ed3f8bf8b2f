import { ConnectionStateToast, RoomAudioRenderer, RoomContext } from '@livekit/components-react';
import type { Room } from 'livekit-client';
import type { Device } from '../core/deviceProblem';
import type { Invitation } from '../core/invitation';
import { noticesAbove } from '../core/notices';
import type { Problem } from '../core/problem';
import type { Config } from '../core/tokenServer';
import type { Notes } from '../hooks/useNotes';
import { ConsentStrip } from './ConsentStrip';
import { GuestPanel } from './GuestPanel';
import { HostPanels } from './HostPanels';
import { Notices } from './Notices';
import { ProblemNotice } from './ProblemNotice';
import { SoundStrip } from './SoundStrip';
import { Stage } from './Stage';
import { StatusLine } from './StatusLine';

interface CallProps {
  readonly room: Room;
  readonly config: Config;
  readonly invitation: Invitation;
  readonly notes: Notes;
  readonly deviceProblem: Problem | undefined;
  readonly onDeviceError: (device: Device, error: unknown) => void;
  readonly onDeviceProblemClosed: () => void;
}

/** The call: people and controls on one side, what is said and what to say on the other. */
export function Call(props: CallProps) {
  const { room, config, invitation, notes } = props;
  const { role } = invitation;
  const self = room.localParticipant.identity;
  return (
    <RoomContext.Provider value={room}>
      <div className="call" data-role={role}>
        <header className="call-header">
          <span className="wordmark">Sidenote</span>
          <span className="role" data-role={role}>
            {config.roles[role]}
          </span>
          <StatusLine role={role} consent={notes.consent} />
        </header>
        {notes.consent && <ConsentStrip consent={notes.consent} self={self} role={role} />}
        {notes.sound && <SoundStrip sound={notes.sound} self={self} role={role} />}
        {role === 'host' && (
          <Notices notices={noticesAbove(notes.notices, notes.state)} onClose={notes.closeNotice} />
        )}
        <main className="call-main">
          <h1 className="sr-only">Call</h1>
          <Stage
            config={config}
            invitation={invitation}
            consent={notes.consent}
            onDeviceError={props.onDeviceError}
          >
            {props.deviceProblem && (
              <ProblemNotice problem={props.deviceProblem} onClose={props.onDeviceProblemClosed} />
            )}
          </Stage>
          {role === 'host' ? (
            <HostPanels config={config} invitation={invitation} self={self} notes={notes} />
          ) : (
            <GuestPanel config={config} self={self} notes={notes} />
          )}
        </main>
        <RoomAudioRenderer />
        <ConnectionStateToast />
      </div>
    </RoomContext.Provider>
  );
}
