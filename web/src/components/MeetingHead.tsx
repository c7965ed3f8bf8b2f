import { listAddress } from '../core/address';
import type { MeetingAccess } from '../core/meetingParts';
import { describeTime, listNames, type Meeting, nameOf } from '../core/meetings';
import { DeleteMeeting } from './DeleteMeeting';
import { Exports } from './Exports';
import { PageLink } from './PageLink';

interface MeetingHeadProps {
  readonly access: MeetingAccess;
  readonly meeting: Meeting;
  readonly invitation: string;
}

/** What the meeting was, and what can be done with all of it. */
export function MeetingHead({ access, meeting, invitation }: MeetingHeadProps) {
  const { role, speakers, started_at } = meeting;
  return (
    <header className="meeting-head">
      <nav aria-label="Sidenote">
        <a className="wordmark" href="/">
          Sidenote
        </a>
        {role === 'host' && <PageLink to={listAddress(invitation)}>All meetings</PageLink>}
      </nav>
      <div className="meeting-title">
        <h1 dir="auto">{nameOf(meeting)}</h1>
        <p className="quiet">
          <time dateTime={started_at}>{describeTime(meeting)}</time>
          {speakers.length > 0 && <span>{listNames(speakers.map(({ name }) => name))}</span>}
          {meeting.kind === 'upload' && <span>Recording</span>}
        </p>
      </div>
      <div className="meeting-actions">
        <Exports access={access} meeting={meeting} />
        {role === 'host' && <DeleteMeeting access={access} invitation={invitation} />}
      </div>
    </header>
  );
}
