import type { Task } from '../core/tasks';

interface TaskStripProps {
  /** What waits for a host's word, oldest first. */
  readonly proposed: readonly Task[];
  readonly onOpen: () => void;
}

/** Tells of a task that waits for a yes, wherever the host looks; takes nothing for granted. */
export function TaskStrip({ proposed, onOpen }: TaskStripProps) {
  const [oldest] = proposed;
  if (!oldest) return null;
  return (
    <button type="button" className="task-strip" data-testid="task-strip" onClick={onOpen}>
      <b>{proposed.length === 1 ? '1 task to confirm' : `${proposed.length} tasks to confirm`}</b>{' '}
      <span dir="auto">{oldest.what}</span>
    </button>
  );
}
