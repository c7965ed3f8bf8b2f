import { headersOf } from './briefs';
import { askFor, send } from './http';
import type { RoomAccess } from './invitation';
import type { Problem } from './problem';
import { readCaughtTask, type Task } from './tasks';

/** As what tasks can be saved. */
export const TASK_FORMATS = [
  { format: 'csv', label: 'Table (CSV)', file: 'tasks.csv' },
  { format: 'markdown', label: 'List (Markdown)', file: 'tasks.md' },
  { format: 'ics', label: 'Calendar (ICS)', file: 'tasks.ics' },
] as const;
export type TaskFormat = (typeof TASK_FORMATS)[number]['format'];

/** Says whether a task is done; returns its next version. */
export async function setDone(
  access: RoomAccess,
  id: string,
  done: boolean,
): Promise<Task | Problem> {
  return askFor(
    `${pathOf(access)}/${encodeURIComponent(id)}`,
    {
      method: 'PATCH',
      headers: { ...headersOf(access), 'Content-Type': 'application/json' },
      body: JSON.stringify({ state: done ? 'done' : 'confirmed' }),
    },
    readCaughtTask,
  );
}

/** Returns the agreed tasks as a file. */
export async function fetchTaskFile(
  access: RoomAccess,
  format: TaskFormat,
): Promise<Blob | Problem> {
  const request = { headers: headersOf(access) };
  const answer = await send(`${pathOf(access)}?format=${format}`, request);
  return answer instanceof Response ? answer.blob() : answer;
}

function pathOf({ room }: RoomAccess): string {
  return `/rooms/${encodeURIComponent(room)}/tasks`;
}
