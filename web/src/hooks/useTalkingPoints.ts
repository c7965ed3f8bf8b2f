import { type RemoteParticipant, type Room, RoomEvent } from 'livekit-client';
import { useCallback, useState } from 'react';
import { SenderGate, type SenderKind } from '../core/senderGate';
import { mergeTalkingPoint, readTalkingPoint, type TalkingPoint } from '../core/talkingPoints';
import { TALKING_POINT } from '../wire/topics';

/** The talking points of a call, from agents only, and how many messages could not be read. */
export function useTalkingPoints() {
  const [points, setPoints] = useState<readonly TalkingPoint[]>([]);
  const [unreadable, setUnreadable] = useState(0);

  /** To be called before the room connects, so that no talking point is missed. */
  const listen = useCallback((room: Room) => {
    const gate = new SenderGate<Uint8Array>((payload) => {
      const point = readTalkingPoint(payload);
      if (point) setPoints((known) => mergeTalkingPoint(known, point));
      else setUnreadable((count) => count + 1);
    });
    room.on(RoomEvent.DataReceived, (payload, sender, _kind, topic, _encryption, identity) => {
      if (topic !== TALKING_POINT) return;
      gate.receive(payload, identity, sender && kindOf(sender), performance.now());
    });
    room.on(RoomEvent.ParticipantConnected, (participant) => {
      gate.announce(participant.identity, kindOf(participant), performance.now());
    });
    room.on(RoomEvent.Connected, () => {
      for (const participant of room.remoteParticipants.values()) {
        gate.announce(participant.identity, kindOf(participant), performance.now());
      }
    });
  }, []);

  return { points, unreadable, listen };
}

function kindOf(participant: RemoteParticipant): SenderKind {
  return participant.isAgent ? 'agent' : 'person';
}
