import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '../core/problem';

/**
 * What the token server answers; undefined until it first does. `load` must stay the same from
 * one rendering to the next; it is asked again when `stamp` changes or by `reload`, and what it
 * said before stands until then.
 */
export function useAnswer<Answer>(load: () => Promise<Answer | Problem>, stamp = '') {
  const [answer, setAnswer] = useState<Answer | Problem>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const asking = new AbortController();
    void load().then((said) => {
      if (!asking.signal.aborted) setAnswer(said);
    });
    return () => {
      asking.abort();
    };
  }, [load, stamp, attempt]);

  const reload = useCallback(() => {
    setAttempt((count) => count + 1);
  }, []);
  return { answer, reload };
}
