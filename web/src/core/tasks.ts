import { type Task as Received, taskSchema } from '../wire/task';
import type { TaskConfirmRequest } from '../wire/taskConfirmRequest';
import { readMessage, readValue } from './message';
import { isDate, type JsonObject } from './schema';
import { mergeVersion } from './versions';

/** A checked task; fields that the sender left out carry their default. */
export type Task = Required<Received>;

export type TaskPriority = Task['priority'];

/** What a host may correct before confirming. */
export type TaskFields = Pick<Task, 'what' | 'who' | 'due' | 'priority'>;

const KEPT = 500;

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readTask(payload: Uint8Array): Task | undefined {
  return checkDates(readMessage(taskSchema, payload));
}

/** The same for a task within another message. */
export function readCaughtTask(value: unknown): Task | undefined {
  return checkDates(readValue(taskSchema, value));
}

function checkDates(read: JsonObject | undefined): Task | undefined {
  const task = read as Task | undefined;
  return task && isDate(task.created_at_ms) && isDate(task.changed_at_ms) ? task : undefined;
}

/** Returns the tasks with this one taken in: newest first, the highest version per id. */
export function mergeTask(tasks: readonly Task[], task: Task, kept = KEPT): readonly Task[] {
  return mergeVersion(tasks, task, ({ created_at_ms }) => created_at_ms, kept);
}

/** Returns what waits for a host's word, oldest first. */
export function proposedOf(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter(({ state }) => state === 'proposed').toReversed();
}

/**
 * Returns what a host has agreed to: first what is to be done, by day, then what is done. What
 * changes another task is not among them: that other task is, as it was changed.
 */
export function agreedOf(tasks: readonly Task[]): readonly Task[] {
  const own = tasks.filter(({ changes_task_id }) => changes_task_id === null);
  const open = own.filter(({ state }) => state === 'confirmed').toReversed();
  const done = own.filter(({ state }) => state === 'done');
  // What has no day comes after all that has one.
  return [...open.sort((a, b) => compare(a.due || '~', b.due || '~')), ...done];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Says what a confirmation does; `target` is the task that it changes, if this page has it. */
export function describeProposal(task: Task, target: Task | undefined): string {
  const named = target ? `“${target.what}”` : 'an earlier task';
  switch (task.proposes) {
    case 'create':
      return 'New task?';
    case 'change':
      return `Change ${named}?`;
    case 'complete':
      return `Is ${named} done?`;
  }
}

/** Returns the request to confirm a task: what stands as it was heard is left out. */
export function confirmationOf(task: Task, edited: Partial<TaskFields>): TaskConfirmRequest {
  const { what, who, due, priority } = edited;
  return {
    id: task.id,
    ...(what !== undefined && what.trim() !== task.what ? { what: what.trim() } : {}),
    ...(who !== undefined && who.trim() !== task.who ? { who: who.trim() } : {}),
    ...(due !== undefined && due !== task.due ? { due } : {}),
    ...(priority !== undefined && priority !== task.priority ? { priority } : {}),
  };
}

/** A day and a time of day, as the fields of a form have them; empty: none. */
export interface Due {
  readonly day: string;
  readonly time: string;
}

export function splitDue(due: string): Due {
  const [day = '', time = ''] = due.split('T');
  return { day, time };
}

/** A time without a day says nothing. */
export function joinDue({ day, time }: Due): string {
  return day && time ? `${day}T${time}` : day;
}

/** `2026-11-27T15:00` -> `Fri, Nov 27, 15:00`; empty: there is no date. */
export function describeDue(due: string): string {
  const { day, time } = splitDue(due);
  const date = new Date(`${day}T00:00`);
  if (day === '' || Number.isNaN(date.getTime())) return due;
  const words = date.toLocaleDateString('en-US', {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
  });
  return time ? `${words}, ${time}` : words;
}
