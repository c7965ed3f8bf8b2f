import { type Room, RoomEvent } from 'livekit-client';
import { isReady } from '../core/callStatus';
import { readCatchUp, requestFor, takeReply } from '../core/catchUp';
import { CatchUpLoop, type Outcome } from '../core/catchUpLoop';
import { beginAnew, isIncomplete, type Notes } from '../core/notes';
import { NO_SUCH_METHOD } from '../core/requestProblem';
import { BAD_REQUEST, CATCH_UP_METHOD, NOT_ALLOWED } from '../wire/topics';
import { findAgent } from './agents';
import { callAgent, codeOf } from './useRequests';

/** What is missing may only be late. */
const PATIENCE_MS = 2_000;

/** Where the notes of a page are kept. */
export interface Keeping {
  readonly read: () => Notes;
  readonly change: (next: (notes: Notes) => Notes) => void;
  readonly onUnreadable: () => void;
}

/**
 * Asks the agent for what this page has missed: when it joins, when the connection was cut, when
 * another agent takes over, and when a number is missing. To be called before the room connects.
 * Returns what is to be called after each numbered message.
 */
export function catchUpIn(room: Room, { read, change, onUnreadable }: Keeping): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: string | undefined;

  const findReadyAgent = () => {
    const agent = findAgent(room.remoteParticipants.values());
    return agent && isReady(agent.attributes) ? agent : undefined;
  };

  const ask = async (): Promise<Outcome> => {
    // Without an agent there is nobody to ask: the next one that comes is asked, if only again.
    asked = findReadyAgent()?.identity;
    if (asked === undefined) return 'refused';
    const before = read();
    try {
      const text = await callAgent(room, CATCH_UP_METHOD, JSON.stringify(requestFor(before)));
      const reply = readCatchUp(text);
      if (!reply) {
        onUnreadable();
        return 'refused';
      }
      const { more } = takeReply(read(), before, reply);
      change((notes) => takeReply(notes, before, reply).notes);
      return more ? 'more' : 'done';
    } catch (error) {
      const code = codeOf(error) ?? 0;
      return [BAD_REQUEST, NOT_ALLOWED, NO_SUCH_METHOD].includes(code) ? 'refused' : 'failed';
    }
  };
  const loop = new CatchUpLoop(ask, (ms) => new Promise((resolve) => setTimeout(resolve, ms)));

  const lookForGap = () => {
    if (timer !== undefined || !isIncomplete(read())) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (isIncomplete(read())) void loop.request();
    }, PATIENCE_MS);
  };
  const onCut = () => {
    change(beginAnew);
    void loop.request();
  };
  const lookForAgent = () => {
    const agent = findReadyAgent();
    if (agent && agent.identity !== asked) onCut();
  };

  for (const event of [
    RoomEvent.Connected,
    RoomEvent.ParticipantConnected,
    RoomEvent.ParticipantAttributesChanged,
  ] as const) {
    room.on(event, lookForAgent);
  }
  room.on(RoomEvent.Reconnected, onCut);
  room.on(RoomEvent.Disconnected, () => {
    loop.stop();
    clearTimeout(timer);
  });
  return lookForGap;
}
