import { type RemoteParticipant, type Room, RoomEvent } from 'livekit-client';
import { SenderGate, type SenderKind } from '../core/senderGate';
import { AGENT_STATE } from '../wire/topics';

const ATTRIBUTE_EVENTS = [
  RoomEvent.Connected,
  RoomEvent.Reconnected,
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantAttributesChanged,
] as const;

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
  announceTo(room, gate);
}

/**
 * The agent of a call, if one is there. Two meet for a moment when one takes over from another:
 * the one that works counts.
 */
export function findAgent(participants: Iterable<RemoteParticipant>) {
  const agents = Array.from(participants).filter(({ isAgent }) => isAgent);
  return agents.find(({ attributes }) => attributes[AGENT_STATE]) ?? agents[0];
}

/**
 * Passes on what the agent's attribute says, whenever it changes; undefined: no agent is there, or
 * none that says it. To be called before the room connects.
 */
export function followAttribute(
  room: Room,
  name: string,
  take: (text: string | undefined) => void,
): void {
  let seen: string | undefined;
  take(undefined);
  const look = () => {
    const text = findAgent(room.remoteParticipants.values())?.attributes[name];
    if (text === seen) return;
    seen = text;
    take(text);
  };
  for (const event of ATTRIBUTE_EVENTS) room.on(event, look);
}

/** Passes on the texts that agents, and nobody else, send on a topic. */
export function listenToAgentTexts(
  room: Room,
  topic: string,
  receive: (text: Promise<string>) => void,
): void {
  const gate = new SenderGate<Promise<string>>(receive);
  announceTo(room, gate);
  room.registerTextStreamHandler(topic, (reader, { identity }) => {
    const sender = room.remoteParticipants.get(identity);
    gate.receive(reader.readAll(), identity, sender && kindOf(sender), performance.now());
  });
}

function announceTo<Message>(room: Room, gate: SenderGate<Message>): void {
  room.on(RoomEvent.ParticipantConnected, (participant) => {
    gate.announce(participant.identity, kindOf(participant), performance.now());
  });
  room.on(RoomEvent.Connected, () => {
    for (const participant of room.remoteParticipants.values()) {
      gate.announce(participant.identity, kindOf(participant), performance.now());
    }
  });
}

function kindOf(participant: RemoteParticipant): SenderKind {
  return participant.isAgent ? 'agent' : 'person';
}
