import type { Room } from 'livekit-client';
import { useCallback, useState } from 'react';
import { type Consent, type ConsentPolicy, readConsent } from '../core/consent';
import { followPeriods, type Period } from '../core/offTheRecord';
import { CONSENT_STATE } from '../wire/topics';
import { followAttribute } from './agents';

/** Who is transcribed, as the agent says, and when the call was off the record. */
export function useConsent() {
  const [consent, setConsent] = useState<Consent>();
  const [policy, setPolicy] = useState<ConsentPolicy>();
  const [periods, setPeriods] = useState<readonly Period[]>([]);
  const [unreadable, setUnreadable] = useState(0);

  const take = useCallback((text: string | undefined) => {
    const read = text === undefined ? undefined : readConsent(text);
    // An agent that left, or that cannot be read, is no word on who is transcribed.
    setConsent(read);
    if (read) {
      const nowMs = Date.now();
      setPolicy(read.policy);
      setPeriods((known) => followPeriods(known, read.off_the_record_since_ms, nowMs));
    } else if (text !== undefined) setUnreadable((count) => count + 1);
  }, []);

  /** To be called before the room connects. */
  const listen = useCallback(
    (room: Room) => {
      followAttribute(room, CONSENT_STATE, take);
    },
    [take],
  );

  return { consent, policy, periods, unreadable, listen };
}
