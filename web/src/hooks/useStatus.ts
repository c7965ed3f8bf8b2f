import { useConnectionState, useRemoteParticipants } from '@livekit/components-react';
import { ConnectionState, RoomEvent } from 'livekit-client';
import { useState } from 'react';
import { type Connection, describeStatus, type Status } from '../core/callStatus';
import type { Role } from '../core/invitation';
import { AGENT_STATE } from '../wire/topics';

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
export function useStatus(role: Role): Status {
  const connection = CONNECTIONS[useConnectionState()];
  const agents = useRemoteParticipants({ updateOnlyOn: EVENTS }).filter(({ isAgent }) => isAgent);
  const [agentWasHere, setAgentWasHere] = useState(false);
  // Two agents meet for a moment when one takes over from another: the one that works counts.
  const agent = agents.find(({ attributes }) => attributes[AGENT_STATE]) ?? agents[0];
  if (agent && !agentWasHere) setAgentWasHere(true);
  return describeStatus(connection, agent?.attributes, agentWasHere, role);
}
