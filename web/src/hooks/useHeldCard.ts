import {
  type RefObject,
  type SyntheticEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

/** A hand that rests on a card is not busy with it: what is new must not wait for it. */
const IDLE_MS = 4_000;

/**
 * Which card of a scrolled list the pointer or the keyboard is busy with. As long as it is, the
 * card stays where it is on the screen, whatever comes or grows above it; then the list goes back
 * by as much as it was moved. Cards carry their id as `data-id`.
 */
export function useHeldCard(list: RefObject<HTMLElement | null>) {
  const [held, setHeld] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const place = useRef<{ readonly id: string; readonly top: number }>(undefined);
  const moved = useRef(0);
  const end = useRef<HTMLDivElement>(null);

  const release = useCallback(() => {
    clearTimeout(timer.current);
    setHeld(undefined);
  }, []);

  const hold = useCallback(
    (event: SyntheticEvent) => {
      const card = (event.target as Element).closest<HTMLElement>('[data-id]');
      clearTimeout(timer.current);
      timer.current = setTimeout(release, IDLE_MS);
      setHeld(card?.dataset.id);
    },
    [release],
  );

  useEffect(() => release, [release]);

  // After every change of the list, whoever made it.
  useLayoutEffect(() => {
    if (!list.current || !end.current) return;
    const card = held === undefined ? undefined : findCard(list.current, held);
    const before = place.current?.id === held ? place.current : undefined;
    if (card && before) {
      moved.current += scrollOn(list.current, end.current, card.offsetTop - before.top);
    } else if (!card && moved.current !== 0) {
      list.current.scrollBy({ top: -moved.current });
      end.current.style.height = '0';
      moved.current = 0;
    }
    place.current = card && held !== undefined ? { id: held, top: card.offsetTop } : undefined;
  });

  return {
    held,
    /** To be set on the scrolled list. */
    handlers: { onPointerMove: hold, onPointerLeave: release, onFocus: hold, onKeyDown: hold },
    /** To be set on an empty element at the end of the list. */
    end,
  };
}

function findCard(list: HTMLElement, id: string): HTMLElement | undefined {
  return list.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`) ?? undefined;
}

/** Scrolls by so many pixels, and makes room at the end where there is not enough. */
function scrollOn(list: HTMLElement, end: HTMLElement, pixels: number): number {
  const before = list.scrollTop;
  const lacking = before + pixels - (list.scrollHeight - list.clientHeight);
  if (lacking > 0) end.style.height = `${end.offsetHeight + lacking}px`;
  list.scrollTop = before + pixels;
  return list.scrollTop - before;
}
