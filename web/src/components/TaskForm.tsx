import { useId } from 'react';
import { joinDue, splitDue, type TaskFields, type TaskPriority } from '../core/tasks';

interface TaskFormProps {
  readonly task: TaskFields;
  /** The date in the words in which it was spoken; empty: none was. */
  readonly spoken: string;
  readonly onEdit: (changes: Partial<TaskFields>) => void;
}

const PRIORITIES: readonly { readonly value: TaskPriority; readonly label: string }[] = [
  { value: 'low', label: 'Can wait' },
  { value: 'normal', label: 'Normal' },
  { value: 'high', label: 'Important' },
];

/** The fields of a task that a host may correct. */
export function TaskForm({ task, spoken, onEdit }: TaskFormProps) {
  const spokenId = useId();
  const due = splitDue(task.due);
  return (
    <div className="task-fields">
      <label className="field what">
        <span>What</span>
        <textarea
          rows={2}
          required
          maxLength={500}
          value={task.what}
          onChange={(event) => {
            onEdit({ what: event.target.value });
          }}
        />
      </label>
      <label className="field">
        <span>Who</span>
        <input
          type="text"
          maxLength={256}
          autoComplete="off"
          value={task.who}
          onChange={(event) => {
            onEdit({ who: event.target.value });
          }}
        />
      </label>
      <label className="field">
        <span>Priority</span>
        <select
          value={task.priority}
          onChange={(event) => {
            onEdit({ priority: event.target.value as TaskPriority });
          }}
        >
          {PRIORITIES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Day</span>
        <input
          type="date"
          value={due.day}
          aria-describedby={spoken ? spokenId : undefined}
          onChange={(event) => {
            onEdit({ due: joinDue({ ...due, day: event.target.value }) });
          }}
        />
      </label>
      <label className="field">
        <span>Time</span>
        <input
          type="time"
          disabled={due.day === ''}
          value={due.time}
          onChange={(event) => {
            onEdit({ due: joinDue({ ...due, time: event.target.value }) });
          }}
        />
      </label>
      {spoken && (
        <p className="field-note" id={spokenId}>
          Heard: “{spoken}”
        </p>
      )}
    </div>
  );
}
