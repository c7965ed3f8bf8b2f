import { useRef } from 'react';
import { arrange, isOnScreen } from '../core/arrangement';
import { dismiss, pin, rate } from '../core/controls';
import type { TalkingPoint } from '../core/talkingPoints';
import { useHeldCard } from '../hooks/useHeldCard';
import { useKeptFocus } from '../hooks/useKeptFocus';
import { useLeaving } from '../hooks/useLeaving';
import { useNow } from '../hooks/useNow';
import type { Requests } from '../hooks/useRequests';
import { PointCard } from './PointCard';

interface TalkingPointsProps {
  readonly points: readonly TalkingPoint[];
  /** The time by the agent's clock. */
  readonly now: () => number;
  readonly requests: Requests;
  readonly onJump: (identity: string, segmentId: string) => void;
}

const TICK_MS = 5_000;

/** What to say next, the newest on top, a few at a time. */
export function TalkingPoints({ points, now, requests, onJump }: TalkingPointsProps) {
  const nowMs = useNow(now, TICK_MS);
  const list = useRef<HTMLDivElement>(null);
  const { held, handlers, end } = useHeldCard(list);
  const ids = points.filter(isOnScreen).map(({ id }) => id);
  const leaving = useLeaving(ids);
  const visible = points.filter(({ id }) => ids.includes(id) || leaving.includes(id));
  const { open, folded } = arrange(visible, held);
  useKeptFocus(list, [...ids, ...leaving].join('\n'));

  const card = (point: TalkingPoint) => (
    <PointCard
      key={point.id}
      point={point}
      nowMs={nowMs}
      leaving={!ids.includes(point.id)}
      onPin={(pinned) => void requests.ask(pin(point.id, pinned))}
      onRate={(useful) => void requests.ask(rate(point.id, useful))}
      onDismiss={() => void requests.ask(dismiss(point.id))}
      onJump={onJump}
    />
  );
  return (
    <div
      className="scroll"
      ref={list}
      tabIndex={0}
      role="region"
      aria-label="Talking points"
      {...handlers}
    >
      {visible.length === 0 && (
        <p className="empty">
          When somebody says something worth an answer, what to say appears here.
        </p>
      )}
      <ol className="points" data-testid="talking-points">
        {open.map(card)}
      </ol>
      {folded.length > 0 && (
        <details className="earlier" data-testid="earlier-points">
          <summary>{folded.length === 1 ? '1 earlier' : `${folded.length} earlier`}</summary>
          <ol className="points">{folded.map(card)}</ol>
        </details>
      )}
      <div ref={end} />
    </div>
  );
}
