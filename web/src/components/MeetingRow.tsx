import { meetingAddress } from '../core/address';
import {
  describeTime,
  type FoundPart,
  listNames,
  markSpans,
  type MeetingSummary,
  nameOf,
} from '../core/meetings';
import { PageLink } from './PageLink';

interface MeetingRowProps {
  readonly meeting: MeetingSummary;
  readonly invitation: string;
}

/** One meeting of a list, with the parts in which the words of a search stand. */
export function MeetingRow({ meeting, invitation }: MeetingRowProps) {
  const { room_sid, started_at, speakers, found, kind, has_minutes } = meeting;
  return (
    <li className="meeting-row" data-sid={room_sid} data-kind={kind}>
      <h2>
        <PageLink to={meetingAddress(room_sid, invitation)}>
          <span dir="auto">{nameOf(meeting)}</span>
        </PageLink>
      </h2>
      <p className="quiet">
        <time dateTime={started_at}>{describeTime(meeting)}</time>
        {speakers.length > 0 && <span>{listNames(speakers.map(({ name }) => name))}</span>}
        {kind === 'upload' && <span>Recording</span>}
        {has_minutes && <span>Minutes</span>}
      </p>
      {found && found.length > 0 && (
        <ul className="quotes">
          {found.map((part) => (
            <li key={part.segment_id}>
              <PageLink to={meetingAddress(room_sid, invitation, part.segment_id)} className="link">
                <b>{part.speaker_name}</b> <Found part={part} />
              </PageLink>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Found({ part }: { readonly part: FoundPart }) {
  return (
    <span dir="auto">
      {markSpans(part).map(({ text, marked }, index) =>
        marked ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
      )}
    </span>
  );
}
