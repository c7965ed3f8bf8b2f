import type { Room } from 'livekit-client';
import { useCallback, useRef, useState } from 'react';
import { readErased } from '../core/consent';
import { Erasures } from '../core/erasures';
import { COVERAGE, ERASED, NOTICE, TALKING_POINT } from '../wire/topics';
import { listenToAgents } from './agents';
import { useConsent } from './useConsent';
import { useHearing } from './useHearing';
import { useTalkingPoints } from './useTalkingPoints';
import { useTranscript } from './useTranscript';

export type Notes = ReturnType<typeof useNotes>;

/** All that a call tells this page; what was read stays over a rejoin, what was erased does not. */
export function useNotes() {
  const erasures = useRef(new Erasures());
  const [unreadable, setUnreadable] = useState(0);
  const isErased = useCallback(
    (identity: string) => erasures.current.covers(identity, performance.now()),
    [],
  );
  const transcript = useTranscript(isErased);
  const talkingPoints = useTalkingPoints(isErased);
  const consent = useConsent();
  const hearing = useHearing();

  const { listen: listenTranscript, forget: forgetLines } = transcript;
  const { receive: receivePoint, forget: forgetPoints } = talkingPoints;
  const { receiveNotice, receiveCoverage, listen: listenHearing } = hearing;
  const listenConsent = consent.listen;

  const receiveErased = useCallback(
    (payload: Uint8Array) => {
      const identity = readErased(payload);
      if (identity === undefined) {
        setUnreadable((count) => count + 1);
        return;
      }
      erasures.current.note(identity, performance.now());
      forgetLines(identity);
      forgetPoints(identity);
    },
    [forgetLines, forgetPoints],
  );

  /** To be called before the room connects, so that nothing is missed. */
  const listen = useCallback(
    (room: Room) => {
      listenTranscript(room);
      listenConsent(room);
      listenHearing(room);
      listenToAgents(room, {
        [TALKING_POINT]: receivePoint,
        [ERASED]: receiveErased,
        [NOTICE]: receiveNotice,
        [COVERAGE]: receiveCoverage,
      });
    },
    [
      listenTranscript,
      listenConsent,
      listenHearing,
      receivePoint,
      receiveErased,
      receiveNotice,
      receiveCoverage,
    ],
  );

  return {
    lines: transcript.lines,
    points: talkingPoints.points,
    consent: consent.consent,
    /** As last heard of, also after the agent has left. */
    policy: consent.policy,
    periods: consent.periods,
    notices: hearing.notices,
    closeNotice: hearing.closeNotice,
    coverage: hearing.coverage,
    unreadable:
      unreadable +
      transcript.refused +
      talkingPoints.unreadable +
      consent.unreadable +
      hearing.unreadable,
    listen,
  };
}
