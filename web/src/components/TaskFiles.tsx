import { saveAs } from '../core/files';
import type { RoomAccess } from '../core/invitation';
import { isProblem, type Problem } from '../core/problem';
import { fetchTaskFile, TASK_FORMATS } from '../core/taskFiles';

interface TaskFilesProps {
  readonly invitation: RoomAccess;
  readonly onProblem: (problem: Problem | undefined) => void;
}

/** Takes the agreed tasks along. A link would carry no invitation: the page fetches and saves. */
export function TaskFiles({ invitation, onProblem }: TaskFilesProps) {
  const save = async ({ format, file }: (typeof TASK_FORMATS)[number]) => {
    const answer = await fetchTaskFile(invitation, format);
    if (answer instanceof Blob) saveAs(answer, file);
    onProblem(isProblem(answer) ? answer : undefined);
  };
  return (
    <p className="task-files">
      Save as{' '}
      {TASK_FORMATS.map((choice) => (
        <button
          key={choice.format}
          type="button"
          className="link"
          onClick={() => void save(choice)}
        >
          {choice.label}
        </button>
      ))}
    </p>
  );
}
