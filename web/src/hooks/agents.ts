import { type RemoteParticipant, type Room, RoomEvent } from 'livekit-client';
import { SenderGate, type SenderKind } from '../core/senderGate';
import { AGENT_STATE } from '../wire/topics';

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/**
 * Passes on what agents, and nobody else, say on some topics. To be called before the room
 * connects, so that no message is missed.
 */
export function listenToAgents(
  room: Room,
  receivers: Readonly<Record<string, (payload: Uint8Array) => void>>,
): void {
  const gate = new SenderGate<Message>(({ topic, payload }) => receivers[topic]?.(payload));
  room.on(RoomEvent.DataReceived, (payload, sender, _kind, topic, _encryption, identity) => {
    if (topic === undefined || !Object.hasOwn(receivers, topic)) return;
    gate.receive({ topic, payload }, identity, sender && kindOf(sender), performance.now());
  });
  room.on(RoomEvent.ParticipantConnected, (participant) => {
    gate.announce(participant.identity, kindOf(participant), performance.now());
  });
  room.on(RoomEvent.Connected, () => {
    for (const participant of room.remoteParticipants.values()) {
      gate.announce(participant.identity, kindOf(participant), performance.now());
    }
  });
}

/**
 * The agent of a call, if one is there. Two meet for a moment when one takes over from another:
 * the one that works counts.
 */
export function findAgent(participants: Iterable<RemoteParticipant>) {
  const agents = Array.from(participants).filter(({ isAgent }) => isAgent);
  return agents.find(({ attributes }) => attributes[AGENT_STATE]) ?? agents[0];
}

function kindOf(participant: RemoteParticipant): SenderKind {
  return participant.isAgent ? 'agent' : 'person';
}
