import { type Notice as Received, noticeSchema } from '../wire/notice';
import type { CallState } from './callState';
import { readMessage } from './message';

/** Something that a host should know about this call. */
export type Notice = Required<Received>;

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readNotice(payload: Uint8Array): Notice | undefined {
  return readMessage(noticeSchema, payload) as Notice | undefined;
}

/** Returns the notices that matter after this one, oldest first. */
export function mergeNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  if (notice.over) return dropNotice(notices, notice.id);
  const index = notices.findIndex(({ id }) => id === notice.id);
  return index === -1 ? [...notices, notice] : notices.with(index, notice);
}

export function dropNotice(notices: readonly Notice[], id: string): readonly Notice[] {
  return notices.filter((notice) => notice.id !== id);
}

/** What keeps somebody from being heard: it is told at once, and stays until it is over. */
const URGENT: readonly Notice['reason'][] = [
  'no_text',
  'silent',
  'encrypted',
  'crowded',
  'provider_down',
];

export function isUrgent(notice: Notice): boolean {
  return URGENT.includes(notice.reason);
}

/** The page shows these, as long as they last, where they matter: beside advice and voice. */
const SHOWN_ELSEWHERE: readonly Notice['reason'][] = ['model_quiet', 'voice_missing'];

/** Returns the notices to show above the call; `state` tells that the page shows the others. */
export function noticesAbove(
  notices: readonly Notice[],
  state: CallState | undefined,
): readonly Notice[] {
  return state ? notices.filter(({ reason }) => !SHOWN_ELSEWHERE.includes(reason)) : notices;
}
