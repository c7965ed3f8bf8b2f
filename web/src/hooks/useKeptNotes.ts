import { useCallback, useMemo, useRef, useState } from 'react';
import { NO_NOTES, type Notes } from '../core/notes';

/** The notes of a page: what is shown, and what events read without waiting to be shown. */
export function useKeptNotes() {
  const current = useRef(NO_NOTES);
  const [notes, setNotes] = useState(NO_NOTES);
  const read = useCallback(() => current.current, []);
  const change = useCallback((next: (notes: Notes) => Notes) => {
    current.current = next(current.current);
    setNotes(current.current);
  }, []);
  return useMemo(() => ({ notes, read, change }), [notes, read, change]);
}
