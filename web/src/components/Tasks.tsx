import { useState } from 'react';
import type { Invitation } from '../core/invitation';
import { isProblem, type Problem } from '../core/problem';
import { setDone } from '../core/taskFiles';
import { agreedOf, proposedOf, type Task } from '../core/tasks';
import type { Requests } from '../hooks/useRequests';
import { AgreedTask } from './AgreedTask';
import { ProblemNotice } from './ProblemNotice';
import { ProposedTask } from './ProposedTask';
import { TaskFiles } from './TaskFiles';

interface TasksProps {
  readonly invitation: Invitation;
  readonly tasks: readonly Task[];
  readonly onTask: (task: Task) => void;
  readonly requests: Requests;
  readonly onJump: (identity: string, segmentId: string) => void;
}

/** What the host asked to be reminded of: first what waits for a yes, then what is agreed. */
export function Tasks({ invitation, tasks, onTask, requests, onJump }: TasksProps) {
  const [problem, setProblem] = useState<Problem>();
  const proposed = proposedOf(tasks);
  const agreed = agreedOf(tasks);

  const onDone = async (task: Task, done: boolean) => {
    setProblem(undefined);
    const answer = await setDone(invitation, task.id, done);
    if (isProblem(answer)) setProblem(answer);
    else onTask(answer);
  };

  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Tasks">
      {problem && (
        <ProblemNotice
          problem={problem}
          onClose={() => {
            setProblem(undefined);
          }}
        />
      )}
      {proposed.length + agreed.length === 0 && (
        <p className="empty">
          Say “Sidenote, remind me to …”: the task appears here, and counts when you confirm it.
        </p>
      )}
      <ol className="proposed-tasks" data-testid="proposed-tasks">
        {proposed.map((task) => (
          <ProposedTask
            key={task.id}
            task={task}
            target={tasks.find(({ id }) => id === task.changes_task_id)}
            requests={requests}
            onJump={onJump}
          />
        ))}
      </ol>
      <ol className="agreed-tasks" data-testid="agreed-tasks">
        {agreed.map((task) => (
          <AgreedTask key={task.id} task={task} onDone={(done) => void onDone(task, done)} />
        ))}
      </ol>
      {agreed.length > 0 && <TaskFiles invitation={invitation} onProblem={setProblem} />}
    </div>
  );
}
