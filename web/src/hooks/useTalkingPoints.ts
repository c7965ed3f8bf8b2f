import { useCallback, useState } from 'react';
import {
  forgetPointsOn,
  mergeTalkingPoint,
  readTalkingPoint,
  type TalkingPoint,
} from '../core/talkingPoints';

/** The talking points of a call, and how many messages could not be read. */
export function useTalkingPoints(isErased: (identity: string) => boolean) {
  const [points, setPoints] = useState<readonly TalkingPoint[]>([]);
  const [unreadable, setUnreadable] = useState(0);

  const receive = useCallback(
    (payload: Uint8Array) => {
      const point = readTalkingPoint(payload);
      if (!point) setUnreadable((count) => count + 1);
      else if (![point.speaker_identity, ...point.read_identities].some(isErased)) {
        setPoints((known) => mergeTalkingPoint(known, point));
      }
    },
    [isErased],
  );

  const forget = useCallback((identity: string) => {
    setPoints((known) => forgetPointsOn(known, identity));
  }, []);

  return { points, unreadable, receive, forget };
}
