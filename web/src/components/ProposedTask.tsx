import { type SyntheticEvent, useId, useState } from 'react';
import { confirmTask, rejectTask } from '../core/controls';
import { confirmationOf, describeProposal, type Task, type TaskFields } from '../core/tasks';
import type { Requests } from '../hooks/useRequests';
import { TaskForm } from './TaskForm';

interface ProposedTaskProps {
  readonly task: Task;
  /** The task that a confirmation changes, if this page has it. */
  readonly target: Task | undefined;
  readonly requests: Requests;
  readonly onJump: (identity: string, segmentId: string) => void;
}

/** A task that was heard, and that is nothing until a host says yes; it may be corrected first. */
export function ProposedTask({ task, target, requests, onJump }: ProposedTaskProps) {
  const [edited, setEdited] = useState<Partial<TaskFields>>({});
  const titleId = useId();
  const what = edited.what ?? task.what;

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    void requests.ask(confirmTask(confirmationOf(task, edited)));
  };
  return (
    <li className="proposed-task" data-id={task.id} data-proposes={task.proposes}>
      <form onSubmit={onSubmit} aria-labelledby={titleId}>
        <h3 id={titleId}>{describeProposal(task, target)}</h3>
        {task.proposes !== 'complete' && (
          <TaskForm
            task={{ ...task, ...edited }}
            spoken={task.due_spoken}
            onEdit={(changes) => {
              setEdited((before) => ({ ...before, ...changes }));
            }}
          />
        )}
        {task.quote && (
          <blockquote>
            <button
              type="button"
              className="link"
              title="Show it in the transcript"
              onClick={() => {
                onJump(task.host_identity, task.segment_id);
              }}
            >
              <span dir="auto">“{task.quote}”</span>
            </button>
          </blockquote>
        )}
        <div className="actions">
          <button type="submit" className="button small primary" disabled={what.trim() === ''}>
            Confirm
          </button>
          <button
            type="button"
            className="button small plain"
            onClick={() => void requests.ask(rejectTask(task.id))}
          >
            Reject
          </button>
        </div>
      </form>
    </li>
  );
}
