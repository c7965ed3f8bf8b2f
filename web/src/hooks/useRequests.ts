import { useRoomContext } from '@livekit/components-react';
import { RpcError } from 'livekit-client';
import { useCallback, useState } from 'react';
import { writeAnswer, writeOffTheRecord } from '../core/consent';
import type { Problem } from '../core/problem';
import { describeRequestProblem, type Request } from '../core/requestProblem';
import { CONSENT_METHOD, OFF_THE_RECORD_METHOD } from '../wire/topics';
import { findAgent } from './agents';

const CALLS: Readonly<Record<Request, { readonly method: string; readonly payload: string }>> = {
  yes: { method: CONSENT_METHOD, payload: writeAnswer('yes', false) },
  no: { method: CONSENT_METHOD, payload: writeAnswer('no', false) },
  erase: { method: CONSENT_METHOD, payload: writeAnswer('no', true) },
  off_the_record: { method: OFF_THE_RECORD_METHOD, payload: writeOffTheRecord(true) },
  on_the_record: { method: OFF_THE_RECORD_METHOD, payload: writeOffTheRecord(false) },
};

interface Failure {
  readonly request: Request;
  readonly problem: Problem;
}

/** Asks things of the agent, one at a time; what comes of them shows in the agent's attribute. */
export function useRequests() {
  const room = useRoomContext();
  const [asking, setAsking] = useState<Request>();
  const [failure, setFailure] = useState<Failure>();

  /** Resolves to whether the agent has done it. */
  const ask = useCallback(
    async (request: Request): Promise<boolean> => {
      setAsking(request);
      setFailure(undefined);
      const agent = findAgent(room.remoteParticipants.values());
      try {
        if (!agent) throw new RpcError(RpcError.ErrorCode.RECIPIENT_NOT_FOUND, 'no agent');
        await room.localParticipant.performRpc({
          destinationIdentity: agent.identity,
          ...CALLS[request],
        });
        return true;
      } catch (error) {
        const code = error instanceof RpcError ? error.code : undefined;
        setFailure({ request, problem: describeRequestProblem(request, code) });
        return false;
      } finally {
        setAsking(undefined);
      }
    },
    [room],
  );

  const closeFailure = useCallback(() => {
    setFailure(undefined);
  }, []);
  return { ask, asking, failure, closeFailure };
}
