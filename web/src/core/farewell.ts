/** What the page says after a call, and whether one can go back. */
export interface Farewell {
  readonly title: string;
  readonly detail: string;
  readonly canRejoin: boolean;
}

const LEFT: Farewell = {
  title: 'You have left the call',
  detail: 'The others can go on without you. Your link still works.',
  canRejoin: true,
};

const LOST: Farewell = {
  title: 'The connection was lost',
  detail: 'The call could not be kept up. Check your network connection, then rejoin.',
  canRejoin: true,
};

const BY_REASON: Readonly<Record<string, Farewell>> = {
  CLIENT_INITIATED: LEFT,
  DUPLICATE_IDENTITY: {
    title: 'You joined from another tab',
    detail: 'A copy of this tab has taken your place in the call. Rejoin to come back here.',
    canRejoin: true,
  },
  SERVER_SHUTDOWN: {
    title: 'The media server was stopped',
    detail: 'It may be restarting. Wait a moment, then rejoin.',
    canRejoin: true,
  },
  PARTICIPANT_REMOVED: {
    title: 'You were removed from the call',
    detail: 'Ask the host whether you may come back.',
    canRejoin: true,
  },
  ROOM_DELETED: {
    title: 'The call has been closed',
    detail: 'It is over for everybody. To talk again, start a new call.',
    canRejoin: false,
  },
  ROOM_CLOSED: {
    title: 'The call is over',
    detail: 'It ended because nobody was left in it.',
    canRejoin: false,
  },
};

/** `reason` is the name of one of LiveKit's disconnect reasons. */
export function describeFarewell(reason: string | undefined): Farewell {
  return BY_REASON[reason ?? ''] ?? LOST;
}
