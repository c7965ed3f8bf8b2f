import { describe, expect, test } from 'vitest';
import type { CallState } from './callState';
import {
  dropNotice,
  isUrgent,
  mergeNotice,
  type Notice,
  noticesAbove,
  readNotice,
} from './notices';

function notice(changes: Partial<Notice> = {}): Notice {
  return {
    v: 1,
    id: 'silent:guest-1',
    reason: 'silent',
    over: false,
    identity: 'guest-1',
    text: 'I cannot hear Ben: the microphone sends silence',
    at_ms: 1000,
    ...changes,
  };
}

const mergeAll = (...notices: Notice[]) =>
  notices.reduce<readonly Notice[]>((known, next) => mergeNotice(known, next), []);

test('what is left out has its default', () => {
  const sent: Partial<Notice> = notice({ identity: '' });
  delete sent.v;
  delete sent.over;
  delete sent.identity;
  const payload = new TextEncoder().encode(JSON.stringify(sent));
  expect(readNotice(payload)).toEqual(notice({ identity: '' }));
});

describe('merging', () => {
  test('a notice stays until it is over', () => {
    const other = notice({ id: 'no_text:guest-2' });
    expect(mergeAll(notice(), other)).toEqual([notice(), other]);
    expect(mergeAll(notice(), other, notice({ over: true }))).toEqual([other]);
  });

  test('the same notice again takes the place of the first', () => {
    expect(mergeAll(notice(), notice({ at_ms: 2000 }))).toEqual([notice({ at_ms: 2000 })]);
  });

  test('the end of what was never seen shows nothing', () => {
    expect(mergeAll(notice({ over: true }))).toEqual([]);
  });

  test('a reader may put a notice away', () => {
    expect(dropNotice(mergeAll(notice()), 'silent:guest-1')).toEqual([]);
  });
});

test('what keeps somebody from being heard is urgent; what costs or advises is not', () => {
  expect(isUrgent(notice())).toBe(true);
  expect(isUrgent(notice({ reason: 'cap_near' }))).toBe(false);
});

test('what the page shows beside the advice is not said again above the call', () => {
  const notices = [notice(), notice({ id: 'model_quiet', reason: 'model_quiet' })];
  const state = { paused: false, muted: false, playbook: 'sales' } as CallState;
  expect(noticesAbove(notices, undefined)).toEqual(notices);
  expect(noticesAbove(notices, state)).toEqual([notice()]);
});
