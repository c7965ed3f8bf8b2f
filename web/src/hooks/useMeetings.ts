import { useCallback, useEffect, useState } from 'react';
import { type Credential, fetchMeetings, type MeetingSummary, type Wanted } from '../core/meetings';
import { isProblem, type Problem } from '../core/problem';

interface Listed {
  readonly meetings: readonly MeetingSummary[];
  readonly next: string | null;
  readonly onlyNewest: boolean;
  readonly problem: Problem | undefined;
  readonly busy: boolean;
}

const NOTHING: Listed = {
  meetings: [],
  next: null,
  onlyNewest: false,
  problem: undefined,
  busy: true,
};

/** The meetings that are wanted, page after page. `wanted` must stay the same object. */
export function useMeetings(credential: Credential, wanted: Wanted) {
  const [listed, setListed] = useState(NOTHING);
  const [cursor, setCursor] = useState('');
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const asking = new AbortController();
    void fetchMeetings(credential, wanted, cursor).then((answer) => {
      if (asking.signal.aborted) return;
      setListed((known) => {
        if (isProblem(answer)) return { ...known, problem: answer, busy: false };
        const earlier = cursor === '' ? [] : known.meetings;
        return {
          meetings: [...earlier, ...answer.meetings],
          next: answer.next_cursor,
          onlyNewest: answer.only_newest,
          problem: undefined,
          busy: false,
        };
      });
    });
    return () => {
      asking.abort();
    };
  }, [credential, wanted, cursor, attempt]);

  const more = useCallback(() => {
    setListed((known) => ({ ...known, busy: true }));
    setCursor(listed.next ?? '');
  }, [listed.next]);
  const reload = useCallback(() => {
    setCursor('');
    setAttempt((count) => count + 1);
  }, []);
  return { ...listed, more, reload };
}
