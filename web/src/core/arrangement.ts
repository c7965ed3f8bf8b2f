import type { TalkingPoint } from './talkingPoints';

/** Talking points as they stand on the screen, newest first in both lists. */
export interface Arrangement {
  readonly open: readonly TalkingPoint[];
  readonly folded: readonly TalkingPoint[];
}

/** So many may be open at once beside what a host has pinned or is busy with. */
const OPEN_AT_MOST = 3;

/**
 * Whether a point is still worth the host's attention. When its time is over the agent says so:
 * if there is none any more, what it said last is better than nothing.
 */
export function isOnScreen({ state, pinned }: TalkingPoint): boolean {
  return state === 'shown' || (pinned && state !== 'dismissed');
}

/**
 * Returns what is open and what is folded away. `held` is the point that has the pointer or the
 * keyboard: it stays open, so that nothing is pulled from under a host's finger.
 */
export function arrange(points: readonly TalkingPoint[], held: string | undefined): Arrangement {
  const newest = new Set(
    points
      .filter(({ pinned }) => !pinned)
      .slice(0, OPEN_AT_MOST)
      .map(({ id }) => id),
  );
  const isOpen = ({ id, pinned }: TalkingPoint) => pinned || id === held || newest.has(id);
  return { open: points.filter(isOpen), folded: points.filter((point) => !isOpen(point)) };
}

/** Why a point that was on the screen goes, in a word or two; empty for what a host has put away. */
export function describeLeaving(point: TalkingPoint): string {
  switch (point.state) {
    case 'withdrawn':
      return 'Said, or no longer true';
    case 'dismissed':
      return '';
    case 'expired':
    case 'shown':
      return 'Its time is over';
  }
}
