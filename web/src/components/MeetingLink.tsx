import { useMemo } from 'react';
import { listAddress } from '../core/address';
import type { MeetingAccess } from '../core/meetingParts';
import { isProblem } from '../core/problem';
import type { Config } from '../core/tokenServer';
import { useMeeting } from '../hooks/useMeeting';
import { MeetingView } from './MeetingView';
import { Page } from './Page';
import { PageLink } from './PageLink';
import { ProblemNotice } from './ProblemNotice';

interface MeetingLinkProps extends MeetingAccess {
  readonly config: Config;
  /** What stands behind the #; empty: nothing does. */
  readonly invitation: string;
  /** Where to go in the transcript; empty: nowhere in particular. */
  readonly segmentId: string;
  /** Undefined: no key was typed in. */
  readonly onForgetKey: (() => void) | undefined;
}

/** The page of one meeting, or why it cannot be shown. */
export function MeetingLink(props: MeetingLinkProps) {
  const { config, credential, roomSid, invitation, segmentId, onForgetKey } = props;
  const access = useMemo(() => ({ credential, roomSid }), [credential, roomSid]);
  const { answer, reload } = useMeeting(access);
  if (!answer) return <Page busy />;
  if (isProblem(answer)) {
    return (
      <Page>
        <ProblemNotice problem={answer} onRetry={reload} level={1} />
        <p className="actions">
          {onForgetKey && (
            <button type="button" className="button plain" onClick={onForgetKey}>
              Give another key
            </button>
          )}
          <PageLink to={listAddress(invitation)}>All meetings</PageLink>
        </p>
      </Page>
    );
  }
  return (
    <MeetingView
      config={config}
      access={access}
      meeting={answer}
      invitation={invitation}
      segmentId={segmentId}
      onChange={reload}
    />
  );
}
