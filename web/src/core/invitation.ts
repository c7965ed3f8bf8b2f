import { isObject } from './schema';
import type { Problem } from './problem';

export type Role = 'host' | 'guest';

/** What a call link says about itself; the token server checks the signature, the page cannot. */
export interface Invitation {
  readonly jwt: string;
  readonly room: string;
  readonly role: Role;
  readonly name: string;
  readonly expiresAtMs: number;
}

/** A room, and what lets one ask about it. */
export type RoomAccess = Pick<Invitation, 'room' | 'jwt'>;

const INCOMPLETE: Problem = {
  title: 'This link is not complete',
  detail: 'The part after the # is missing or was cut off when the link was copied.',
  remedy: 'Ask the person who invited you for the whole link, and open it again.',
  canRetry: false,
};

const EXPIRED: Problem = {
  title: 'This invitation has expired',
  detail: 'Invitations are good for a limited time, and this one has run out.',
  remedy: 'Ask the person who invited you for a new link.',
  canRetry: false,
};

/** Returns the room of `/call/<room>`, or undefined if the address is another page's. */
export function findRoom(pathname: string): string | undefined {
  const segment = /^\/call\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (segment === undefined) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray % is no room name: the invitation will not fit it, and the page says so.
    return segment;
  }
}

/** Reads the invitation of `/call/<room>#<invitation>`, or says what is wrong with the link. */
export function readInvitation(
  pathRoom: string,
  fragment: string,
  nowMs: number,
): Invitation | Problem {
  const jwt = fragment.replace(/^#/, '');
  const claims = decodeClaims(jwt);
  if (!claims) return INCOMPLETE;
  const { room, role, name, exp } = claims;
  if (typeof room !== 'string' || (role !== 'host' && role !== 'guest')) return INCOMPLETE;
  if (typeof exp !== 'number' || room !== pathRoom) return INCOMPLETE;
  if (exp * 1000 <= nowMs) return EXPIRED;
  return { jwt, room, role, name: typeof name === 'string' ? name : '', expiresAtMs: exp * 1000 };
}

function decodeClaims(jwt: string): Record<string, unknown> | undefined {
  const [, payload, signature, ...rest] = jwt.split('.');
  if (!payload || !signature || rest.length > 0) return undefined;
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
