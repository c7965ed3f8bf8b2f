import { useRoomContext } from '@livekit/components-react';
import { type Room, RpcError } from 'livekit-client';
import { useCallback, useState } from 'react';
import type { Control } from '../core/controls';
import type { Problem } from '../core/problem';
import { describeRequestProblem } from '../core/requestProblem';
import { findAgent } from './agents';

interface Failure {
  readonly control: Control;
  readonly problem: Problem;
}

/**
 * Asks things of the agent; what comes of them shows in what the agent then says to everybody
 * or to the hosts. `asking` is the last one that has no answer yet.
 */
export function useRequests() {
  const room = useRoomContext();
  const [asking, setAsking] = useState<Control>();
  const [failure, setFailure] = useState<Failure>();

  /** Resolves to whether the agent has done it. */
  const ask = useCallback(
    async (control: Control): Promise<boolean> => {
      setAsking(control);
      setFailure(undefined);
      try {
        await callAgent(room, control.method, control.payload);
        return true;
      } catch (error) {
        const problem = describeRequestProblem(control.request, codeOf(error));
        setFailure({ control, problem });
        return false;
      } finally {
        setAsking((current) => (current === control ? undefined : current));
      }
    },
    [room],
  );

  const closeFailure = useCallback(() => {
    setFailure(undefined);
  }, []);
  return { ask, asking, failure, closeFailure };
}

export type Requests = ReturnType<typeof useRequests>;

/** Calls a method of the agent of this room and returns its reply; throws what LiveKit throws. */
export async function callAgent(room: Room, method: string, payload: string): Promise<string> {
  const agent = findAgent(room.remoteParticipants.values());
  if (!agent) throw new RpcError(RpcError.ErrorCode.RECIPIENT_NOT_FOUND, 'no agent');
  return room.localParticipant.performRpc({
    destinationIdentity: agent.identity,
    method,
    payload,
  });
}

export function codeOf(error: unknown): number | undefined {
  return error instanceof RpcError ? error.code : undefined;
}
