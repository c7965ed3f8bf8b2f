import { useConnectionState, useRemoteParticipants } from '@livekit/components-react';
import { ConnectionState, RoomEvent } from 'livekit-client';
import { useState } from 'react';
import { type Connection, describeStatus, type Status } from '../core/callStatus';
import type { Consent } from '../core/consent';
import type { Role } from '../core/invitation';
import { findAgent } from './agents';

const EVENTS = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantAttributesChanged,
  RoomEvent.ConnectionStateChanged,
];

const CONNECTIONS: Readonly<Record<ConnectionState, Connection>> = {
  [ConnectionState.Connected]: 'connected',
  [ConnectionState.Connecting]: 'connecting',
  [ConnectionState.Disconnected]: 'connecting',
  [ConnectionState.Reconnecting]: 'reconnecting',
  [ConnectionState.SignalReconnecting]: 'reconnecting',
};

/** Whether this call is transcribed, and by what, as the agent itself says. */
export function useStatus(role: Role, consent: Consent | undefined): Status {
  const connection = CONNECTIONS[useConnectionState()];
  const agent = findAgent(useRemoteParticipants({ updateOnlyOn: EVENTS }));
  const [agentWasHere, setAgentWasHere] = useState(false);
  if (agent && !agentWasHere) setAgentWasHere(true);
  return describeStatus(connection, agent?.attributes, agentWasHere, consent, role);
}
