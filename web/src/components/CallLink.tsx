import { useState } from 'react';
import type { Invitation } from '../core/invitation';
import type { Config } from '../core/tokenServer';
import { type Choices, useCall } from '../hooks/useCall';
import { useNotes } from '../hooks/useNotes';
import { Call } from './Call';
import { Left } from './Left';
import { Lobby } from './Lobby';

interface CallLinkProps {
  readonly config: Config;
  readonly invitation: Invitation;
}

/** One seat of one call: lobby, call, farewell, and back. What was read stays over a rejoin. */
export function CallLink({ config, invitation }: CallLinkProps) {
  const notes = useNotes();
  const call = useCall(invitation, notes.listen);
  const [choices, setChoices] = useState<Choices>();

  const join = (chosen: Choices) => {
    setChoices(chosen);
    void call.join(chosen);
  };

  switch (call.phase.step) {
    case 'call':
      return (
        <Call
          room={call.phase.room}
          config={config}
          invitation={invitation}
          notes={notes}
          deviceProblem={call.deviceProblem}
          onDeviceError={call.onDeviceError}
          onDeviceProblemClosed={call.forgetDeviceProblem}
        />
      );
    case 'left':
      return (
        <Left
          farewell={call.phase.farewell}
          invitation={invitation}
          meeting={notes.meeting}
          onRejoin={() => {
            if (choices) join(choices);
          }}
        />
      );
    default:
      return (
        <Lobby
          config={config}
          invitation={invitation}
          policy={notes.policy}
          joining={call.phase.step === 'joining'}
          problem={call.phase.step === 'lobby' ? call.phase.problem : undefined}
          earlier={choices}
          onJoin={join}
        />
      );
  }
}
