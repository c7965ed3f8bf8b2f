import { useCallback, useState } from 'react';
import { type MeetingAccess, readTasks } from '../core/meetingParts';
import type { Meeting } from '../core/meetings';
import { isProblem, type Problem } from '../core/problem';
import { setDone } from '../core/taskFiles';
import { agreedOf, mergeTask, proposedOf, type Task } from '../core/tasks';
import { AgreedTask } from './AgreedTask';
import { Part } from './Part';
import { ProblemNotice } from './ProblemNotice';
import { TaskFiles } from './TaskFiles';

interface MeetingTasksProps {
  readonly access: MeetingAccess;
  readonly meeting: Meeting;
  readonly onJump: (segmentId: string) => void;
}

/** The tasks of a meeting: what was agreed, to be ticked off, and what nobody has confirmed. */
export function MeetingTasks(props: MeetingTasksProps) {
  const { access, meeting, onJump } = props;
  const [changed, setChanged] = useState<readonly Task[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const room = { room: meeting.room_name, jwt: access.credential };

  const tick = async (task: Task, done: boolean) => {
    setProblem(undefined);
    const answer = await setDone(room, task.id, done);
    if (isProblem(answer)) setProblem(answer);
    else setChanged((known) => mergeTask(known, answer));
  };
  const close = useCallback(() => {
    setProblem(undefined);
  }, []);
  return (
    <Part access={access} part="tasks" read={readTasks}>
      {(listed) => {
        const tasks = [...listed, ...changed].reduce<readonly Task[]>(
          (known, task) => mergeTask(known, task),
          [],
        );
        const agreed = agreedOf(tasks);
        const proposed = proposedOf(tasks);
        return (
          <>
            {problem && <ProblemNotice problem={problem} onClose={close} />}
            {agreed.length + proposed.length === 0 && (
              <p className="empty">This meeting has no tasks.</p>
            )}
            <ol className="agreed-tasks" data-testid="agreed-tasks">
              {agreed.map((task) => (
                <AgreedTask key={task.id} task={task} onDone={(done) => void tick(task, done)} />
              ))}
            </ol>
            {agreed.length > 0 && <TaskFiles invitation={room} onProblem={setProblem} />}
            <Unconfirmed tasks={proposed} onJump={onJump} />
          </>
        );
      }}
    </Part>
  );
}

interface UnconfirmedProps {
  readonly tasks: readonly Task[];
  readonly onJump: (segmentId: string) => void;
}

function Unconfirmed({ tasks, onJump }: UnconfirmedProps) {
  if (tasks.length === 0) return null;
  return (
    <>
      <h3>Heard, and confirmed by nobody</h3>
      <ol className="agreed-tasks">
        {tasks.map((task) => (
          <li key={task.id} className="agreed-task" data-state={task.state}>
            <button
              type="button"
              className="link"
              title="Show it in the transcript"
              onClick={() => {
                onJump(task.segment_id);
              }}
            >
              <span dir="auto">{task.what}</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
