import { findRoom } from './invitation';

/** What an address of this page shows. */
export type Address =
  | { readonly page: 'home' }
  | { readonly page: 'call'; readonly room: string }
  | { readonly page: 'meetings' }
  | {
      readonly page: 'meeting';
      readonly roomSid: string;
      /** Id of the segment to go to; empty: none. */
      readonly segmentId: string;
    };

/** Reads the path and the query of an address; what no page has is the home page. */
export function readAddress(pathname: string, query: string): Address {
  const room = findRoom(pathname);
  if (room !== undefined) return { page: 'call', room };
  if (/^\/meeting\/?$/.test(pathname)) return { page: 'meetings' };
  const roomSid = /^\/meeting\/([\w-]+)\/?$/.exec(pathname)?.[1];
  if (roomSid === undefined) return { page: 'home' };
  return { page: 'meeting', roomSid, segmentId: new URLSearchParams(query).get('line') ?? '' };
}

/** Returns the address of the list; the invitation stays behind the #, where no server sees it. */
export function listAddress(invitation: string): string {
  return `/meeting${fragmentOf(invitation)}`;
}

/** Returns the address of one meeting, or of one line in it. */
export function meetingAddress(roomSid: string, invitation: string, segmentId = ''): string {
  const query = segmentId === '' ? '' : `?line=${encodeURIComponent(segmentId)}`;
  return `/meeting/${encodeURIComponent(roomSid)}${query}${fragmentOf(invitation)}`;
}

/** Returns what stands behind the #: a host's or a guest's invitation; empty: none. */
export function invitationOf(fragment: string): string {
  return fragment.replace(/^#/, '');
}

function fragmentOf(invitation: string): string {
  return invitation === '' ? '' : `#${invitation}`;
}
