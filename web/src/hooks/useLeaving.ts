import { useEffect, useState } from 'react';

/** As long as the style sheet lets a card fade. */
const LEAVING_MS = 1_000;

/** Returns which ids were there a moment ago and are not any more. */
export function useLeaving(ids: readonly string[]): readonly string[] {
  const [before, setBefore] = useState(ids);
  const [leaving, setLeaving] = useState<readonly string[]>([]);
  if (ids.join('\n') !== before.join('\n')) {
    setBefore(ids);
    const gone = before.filter((id) => !ids.includes(id) && !leaving.includes(id));
    setLeaving([...leaving.filter((id) => !ids.includes(id)), ...gone]);
  }
  useEffect(() => {
    if (leaving.length === 0) return;
    const timer = setTimeout(() => {
      setLeaving([]);
    }, LEAVING_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [leaving]);
  return leaving;
}
