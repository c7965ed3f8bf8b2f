import { useCallback, useState } from 'react';
import { fetchPart, type MeetingAccess, readMinutesList } from '../core/meetingParts';
import { describeWork, isWriting, type Meeting } from '../core/meetings';
import { describeKind, findShown, keyOfMinutes } from '../core/minutes';
import { isProblem } from '../core/problem';
import { useAnswer } from '../hooks/useAnswer';
import { MinutesText } from './MinutesText';
import { ProblemNotice } from './ProblemNotice';
import { WriteAgain } from './WriteAgain';

interface MeetingMinutesProps {
  readonly access: MeetingAccess;
  readonly meeting: Meeting;
  readonly onJump: (segmentId: string) => void;
  readonly onChange: () => void;
}

/** The minutes of a meeting: each template's, each person's, and how to have more written. */
export function MeetingMinutes({ access, meeting, onJump, onChange }: MeetingMinutesProps) {
  const [chosen, setChosen] = useState<string>();
  const load = useCallback(() => fetchPart(access, 'minutes', readMinutesList), [access]);
  // What is being written is read when it is there.
  const { answer, reload } = useAnswer(load, JSON.stringify([meeting.work, meeting.title]));
  if (!answer) return <p className="empty">One moment…</p>;
  if (isProblem(answer)) return <ProblemNotice problem={answer} onRetry={reload} />;
  const minutes = findShown(answer, chosen);
  const state = describeWork(meeting.work);
  return (
    <>
      {state && (
        <p className="work" role="status" data-writing={isWriting(meeting.work)}>
          {state}
        </p>
      )}
      {answer.length > 1 && minutes && (
        <label className="field">
          <span>Minutes</span>
          <select
            value={keyOfMinutes(minutes)}
            onChange={(event) => {
              setChosen(event.target.value);
            }}
          >
            {answer.map((one) => (
              <option key={keyOfMinutes(one)} value={keyOfMinutes(one)}>
                {describeKind(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {minutes && <MinutesText key={keyOfMinutes(minutes)} minutes={minutes} onJump={onJump} />}
      {!minutes && !state && <p className="empty">There are no minutes of this meeting.</p>}
      {meeting.role === 'host' && (
        <WriteAgain
          access={access}
          templates={answer.map(({ template }) => template)}
          again={minutes !== undefined}
          onAsked={onChange}
        />
      )}
    </>
  );
}
