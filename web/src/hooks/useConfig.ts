import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '../core/problem';
import { type Config, fetchConfig } from '../core/tokenServer';

/** What the token server says about itself; undefined while it is asked. */
export function useConfig() {
  const [answer, setAnswer] = useState<Config | Problem>();
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const asking = new AbortController();
    void fetchConfig(asking.signal).then((config) => {
      if (!asking.signal.aborted) setAnswer(config);
    });
    return () => {
      asking.abort();
    };
  }, [attempt]);

  const retry = useCallback(() => {
    setAnswer(undefined);
    setAttempt((count) => count + 1);
  }, []);
  return { answer, retry };
}
