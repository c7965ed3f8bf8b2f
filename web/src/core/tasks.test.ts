import { describe, expect, test } from 'vitest';
import {
  agreedOf,
  confirmationOf,
  describeDue,
  describeProposal,
  joinDue,
  mergeTask,
  proposedOf,
  readTask,
  splitDue,
  type Task,
} from './tasks';

function task(changes: Partial<Task> = {}): Task {
  return {
    v: 1,
    id: 't1',
    version: 1,
    sequence: 1,
    state: 'proposed',
    proposes: 'create',
    changes_task_id: null,
    changes_version: null,
    what: 'send the contract',
    who: 'Ben',
    due: '2026-11-27',
    due_spoken: 'on Friday',
    priority: 'normal',
    quote: 'remind me to send the contract on Friday',
    segment_id: 's1',
    host_identity: 'host-1',
    created_at_ms: 1000,
    changed_at_ms: 1000,
    ...changes,
  };
}

const mergeAll = (...tasks: Task[]) =>
  tasks.reduce<readonly Task[]>((known, next) => mergeTask(known, next), []);
const read = (message: unknown) => readTask(new TextEncoder().encode(JSON.stringify(message)));

test('a task that makes no sense is refused', () => {
  expect(read(task())).toEqual(task());
  expect(read(task({ due: 'Friday' }))).toBeUndefined();
  expect(read(task({ created_at_ms: 8_640_000_000_000_001 }))).toBeUndefined();
});

test('what waits stands oldest first; what was rejected is gone', () => {
  const tasks = mergeAll(
    task({ id: 'b', created_at_ms: 2 }),
    task({ id: 'a', created_at_ms: 1 }),
    task({ id: 'c', version: 1 }),
    task({ id: 'c', version: 2, state: 'rejected' }),
  );
  expect(proposedOf(tasks).map(({ id }) => id)).toEqual(['a', 'b']);
});

test('what is agreed stands by day, then what has no day, then what is done', () => {
  const tasks = mergeAll(
    task({ id: 'done', state: 'done', due: '2026-01-01' }),
    task({ id: 'some day', state: 'confirmed', due: '' }),
    task({ id: 'later', state: 'confirmed', due: '2026-12-01T09:00' }),
    task({ id: 'soon', state: 'confirmed' }),
    task({ id: 'a change of one', state: 'done', changes_task_id: 'soon' }),
  );
  expect(agreedOf(tasks).map(({ id }) => id)).toEqual(['soon', 'later', 'some day', 'done']);
});

describe('confirming', () => {
  test('what stands as it was heard is left out', () => {
    expect(confirmationOf(task(), {})).toEqual({ id: 't1' });
    const edited = { what: ' send the contract ', who: 'Ana', due: '', priority: 'high' } as const;
    expect(confirmationOf(task(), edited)).toEqual({
      id: 't1',
      who: 'Ana',
      due: '',
      priority: 'high',
    });
  });

  test('the host reads what a yes does', () => {
    const change = task({ proposes: 'change', changes_task_id: 't0' });
    expect(describeProposal(task(), undefined)).toBe('New task?');
    expect(describeProposal(change, task({ what: 'call Ben' }))).toBe('Change “call Ben”?');
    expect(describeProposal(task({ proposes: 'complete' }), undefined)).toContain('done?');
  });
});

test.each([
  ['', { day: '', time: '' }],
  ['2026-11-27', { day: '2026-11-27', time: '' }],
  ['2026-11-27T15:00', { day: '2026-11-27', time: '15:00' }],
])('%j is split for a form, and joined again', (due, parts) => {
  expect(splitDue(due)).toEqual(parts);
  expect(joinDue(parts)).toBe(due);
});

test('a time without a day says nothing', () => {
  expect(joinDue({ day: '', time: '15:00' })).toBe('');
});

test.each([
  ['', ''],
  ['2026-11-27', 'Fri, Nov 27'],
  ['2026-11-27T15:00', 'Fri, Nov 27, 15:00'],
  ['2026-99-99', '2026-99-99'],
])('%j reads %j', (due, words) => {
  expect(describeDue(due)).toBe(words);
});
