import { useCallback } from 'react';
import { meetingAddress } from '../core/address';
import type { Farewell } from '../core/farewell';
import type { Invitation } from '../core/invitation';
import { fetchMeeting } from '../core/meetings';
import { isProblem } from '../core/problem';
import { useAnswer } from '../hooks/useAnswer';
import { Page } from './Page';

interface LeftProps {
  readonly farewell: Farewell;
  readonly invitation: Invitation;
  /** Of the meeting that was left; undefined: the page never heard of it. */
  readonly meeting: string | undefined;
  readonly onRejoin: () => void;
}

/** After a call. */
export function Left({ farewell, invitation, meeting, onRejoin }: LeftProps) {
  return (
    <Page>
      <h1>{farewell.title}</h1>
      <p className="lead">{farewell.detail}</p>
      <div className="actions">
        {farewell.canRejoin && (
          <button type="button" className="button primary" autoFocus onClick={onRejoin}>
            Rejoin
          </button>
        )}
        <a className="button plain" href="/">
          Start a new call
        </a>
        {meeting !== undefined && <PastMeeting roomSid={meeting} invitation={invitation} />}
      </div>
    </Page>
  );
}

interface PastMeetingProps {
  readonly roomSid: string;
  readonly invitation: Invitation;
}

/** The way to what became of the call, for who may see it. */
function PastMeeting({ roomSid, invitation }: PastMeetingProps) {
  const load = useCallback(() => fetchMeeting(invitation.jwt, roomSid), [invitation.jwt, roomSid]);
  const { answer } = useAnswer(load);
  if (!answer || isProblem(answer)) return null;
  return (
    <a className="button plain" href={meetingAddress(answer.room_sid, invitation.jwt)}>
      {answer.may_read_minutes ? 'Transcript and minutes' : 'Transcript'}
    </a>
  );
}
