import { useCallback, useEffect, useMemo, useState } from 'react';
import type { MeetingAccess } from '../core/meetingParts';
import type { Entry } from '../core/offTheRecord';
import { isProblem, type Problem } from '../core/problem';
import { fetchSpoken, linesOf } from '../core/spoken';

interface Read {
  readonly entries: readonly Entry[];
  readonly complete: boolean;
  readonly problem: Problem | undefined;
}

const NOTHING: Read = { entries: [], complete: false, problem: undefined };

/** The transcript of a meeting: its beginning at once, the rest behind it. */
export function useSpoken(access: MeetingAccess) {
  const [read, setRead] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const reading = new AbortController();
    const readOn = async (entries: readonly Entry[], cursor: string | undefined): Promise<void> => {
      const page = await fetchSpoken(access, cursor);
      if (reading.signal.aborted) return;
      if (isProblem(page)) {
        setRead({ entries, complete: false, problem: page });
        return;
      }
      const all = [...entries, ...page.entries];
      setRead({ entries: all, complete: page.next === undefined, problem: undefined });
      if (page.next !== undefined) await readOn(all, page.next);
    };
    void readOn([], undefined);
    return () => {
      reading.abort();
    };
  }, [access, attempt]);

  const reload = useCallback(() => {
    setAttempt((count) => count + 1);
  }, []);
  const lines = useMemo(() => linesOf(read.entries), [read.entries]);
  return useMemo(() => ({ ...read, lines, reload }), [read, lines, reload]);
}

export type Spoken = ReturnType<typeof useSpoken>;
