import { useId, useRef, useState } from 'react';
import { listAddress } from '../core/address';
import type { MeetingAccess } from '../core/meetingParts';
import { deleteMeeting } from '../core/meetings';
import type { Problem } from '../core/problem';
import { openAddress } from '../hooks/useAddress';
import { ProblemNotice } from './ProblemNotice';

interface DeleteMeetingProps {
  readonly access: MeetingAccess;
  readonly invitation: string;
}

/** Deletes a meeting for good, after a second word; Escape leaves it as it is. */
export function DeleteMeeting({ access, invitation }: DeleteMeetingProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const remove = async () => {
    setBusy(true);
    const failed = await deleteMeeting(access.credential, access.roomSid);
    setBusy(false);
    setProblem(failed);
    if (!failed) openAddress(listAddress(invitation));
  };
  return (
    <>
      <button
        type="button"
        className="button small plain"
        onClick={() => dialog.current?.showModal()}
      >
        Delete…
      </button>
      <dialog
        ref={dialog}
        className="question"
        aria-labelledby={titleId}
        onClose={() => {
          setProblem(undefined);
        }}
      >
        <h2 id={titleId}>Delete this meeting?</h2>
        <p>
          Its transcript, minutes, tasks, talking points and sound go, for everybody and for good.
        </p>
        {problem && <ProblemNotice problem={problem} />}
        <div className="actions">
          <button
            type="button"
            className="button danger"
            disabled={busy}
            onClick={() => void remove()}
          >
            {busy ? 'Deleting…' : 'Delete for good'}
          </button>
          <button
            type="button"
            className="button plain"
            autoFocus
            onClick={() => dialog.current?.close()}
          >
            Keep it
          </button>
        </div>
      </dialog>
    </>
  );
}
