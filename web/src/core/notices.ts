import { type Notice as Received, noticeSchema } from '../wire/notice';
import { readMessage } from './message';

/** Something that a host should know about the hearing of this call. */
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
