import { type RefObject, useEffect, useRef } from 'react';

/** A button that goes away under the reader's finger would take the keyboard's place with it. */
export function useKeptFocus(section: RefObject<HTMLElement | null>, state: string) {
  const within = useRef(false);
  useEffect(() => {
    const onMove = (event: Event) => {
      within.current = section.current?.contains(event.target as Node) ?? false;
    };
    // A click on nothing in particular takes the focus away without giving it to anything.
    document.addEventListener('focusin', onMove);
    document.addEventListener('pointerdown', onMove);
    return () => {
      document.removeEventListener('focusin', onMove);
      document.removeEventListener('pointerdown', onMove);
    };
  }, [section]);
  useEffect(() => {
    if (within.current && document.activeElement === document.body) section.current?.focus();
  }, [section, state]);
}
