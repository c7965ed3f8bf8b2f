import { useCallback, useEffect } from 'react';
import type { MeetingAccess } from '../core/meetingParts';
import { fetchMeeting, isWriting } from '../core/meetings';
import { isProblem } from '../core/problem';
import { useAnswer } from './useAnswer';

const LOOK_MS = 3_000;

/** One meeting; looked at again and again while it goes on or minutes are being written. */
export function useMeeting({ credential, roomSid }: MeetingAccess) {
  const load = useCallback(() => fetchMeeting(credential, roomSid), [credential, roomSid]);
  const { answer, reload } = useAnswer(load);
  const waits =
    answer !== undefined &&
    !isProblem(answer) &&
    (answer.ended_at === null || isWriting(answer.work));
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(reload, LOOK_MS);
    return () => {
      clearTimeout(timer);
    };
    // Each answer begins another wait.
  }, [waits, answer, reload]);
  return { answer, reload };
}
