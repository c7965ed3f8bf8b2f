import { useCallback, useLayoutEffect, useRef, useState } from 'react';

const NEAR_END_PX = 48;

/**
 * Keeps a scrolled list at its end while it grows, unless the reader has scrolled back. A list
 * that is not shown cannot be scrolled: it goes to its end when it is shown again.
 */
export function useStickToEnd(content: unknown, shown: boolean) {
  const list = useRef<HTMLDivElement>(null);
  const sticking = useRef(true);
  const [behind, setBehind] = useState(false);

  useLayoutEffect(() => {
    if (shown && sticking.current) scrollToEnd(list.current);
  }, [content, shown]);

  const onScroll = useCallback(() => {
    const element = list.current;
    if (!element) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    sticking.current = left < NEAR_END_PX;
    setBehind(!sticking.current);
  }, []);

  const jump = useCallback(() => {
    sticking.current = true;
    setBehind(false);
    scrollToEnd(list.current);
  }, []);

  return { list, behind, onScroll, jump };
}

function scrollToEnd(element: HTMLElement | null): void {
  element?.scrollTo({ top: element.scrollHeight });
}
