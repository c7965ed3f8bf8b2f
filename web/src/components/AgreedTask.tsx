import { describeDue, type Task } from '../core/tasks';

interface AgreedTaskProps {
  readonly task: Task;
  readonly onDone: (done: boolean) => void;
}

/** One task that a host has agreed to, to be ticked off. */
export function AgreedTask({ task, onDone }: AgreedTaskProps) {
  const due = describeDue(task.due);
  return (
    <li className="agreed-task" data-id={task.id} data-state={task.state}>
      <label>
        <input
          type="checkbox"
          checked={task.state === 'done'}
          onChange={(event) => {
            onDone(event.target.checked);
          }}
        />
        <span dir="auto">
          {task.what}
          {task.priority === 'high' && <b className="priority"> important</b>}
        </span>
      </label>
      {(task.who || due) && (
        <p>
          {task.who && <span>{task.who}</span>}
          {due && <time dateTime={task.due}>{due}</time>}
        </p>
      )}
    </li>
  );
}
