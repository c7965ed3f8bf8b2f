import { useState } from 'react';
import { saveAs } from '../core/files';
import { type ExportFormat, EXPORTS, fetchExport, type MeetingAccess } from '../core/meetingParts';
import type { Meeting } from '../core/meetings';
import { isProblem, type Problem } from '../core/problem';
import { ProblemNotice } from './ProblemNotice';

interface ExportsProps {
  readonly access: MeetingAccess;
  readonly meeting: Meeting;
}

/** Takes the meeting along. A link would carry no credential: the page fetches and saves. */
export function Exports({ access, meeting }: ExportsProps) {
  const [format, setFormat] = useState<ExportFormat>('docx');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const withMinutes = meeting.may_read_minutes && meeting.has_minutes;

  const save = async () => {
    setBusy(true);
    const answer = await fetchExport(access, format, withMinutes);
    setBusy(false);
    setProblem(isProblem(answer) ? answer : undefined);
    if (answer instanceof Blob) saveAs(answer, `${access.roomSid}.${format}`);
  };
  return (
    <>
      <form
        className="exports"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label className="device">
          <span className="sr-only">Save as</span>
          <select
            value={format}
            onChange={(event) => {
              setFormat(event.target.value as ExportFormat);
            }}
          >
            {EXPORTS.map((choice) => (
              <option key={choice.format} value={choice.format}>
                {choice.label}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button small" disabled={busy}>
          {busy ? 'Saving…' : 'Save'}
        </button>
      </form>
      {problem && (
        <ProblemNotice
          problem={problem}
          onRetry={() => void save()}
          onClose={() => {
            setProblem(undefined);
          }}
        />
      )}
    </>
  );
}
