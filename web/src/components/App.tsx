import { useState } from 'react';
import { invitationOf, readAddress } from '../core/address';
import { isProblem } from '../core/problem';
import { readInvitation } from '../core/invitation';
import type { Config } from '../core/tokenServer';
import { useAddress } from '../hooks/useAddress';
import { useConfig } from '../hooks/useConfig';
import { CallLink } from './CallLink';
import { Home } from './Home';
import { KeyForm } from './KeyForm';
import { MeetingLink } from './MeetingLink';
import { Meetings } from './Meetings';
import { Page } from './Page';
import { ProblemNotice } from './ProblemNotice';

/** The whole page: what the address says decides what is shown. */
export function App() {
  const { answer, retry } = useConfig();
  if (!answer) return <Page busy />;
  if (isProblem(answer)) {
    return (
      <Page>
        <ProblemNotice problem={answer} onRetry={retry} level={1} />
      </Page>
    );
  }
  return <Route config={answer} />;
}

function Route({ config }: { readonly config: Config }) {
  const { pathname, search, hash } = useAddress();
  // In memory only: an API key belongs in no address and in no storage.
  const [key, setKey] = useState('');
  const address = readAddress(pathname, search);
  if (address.page === 'home') return <Home config={config} />;
  if (address.page === 'call') {
    return <CallRoute config={config} room={address.room} fragment={hash} />;
  }
  const invitation = invitationOf(hash);
  if (config.rooms_need_key && invitation === '' && key === '') return <KeyForm onKey={setKey} />;
  const shown = {
    credential: invitation || key,
    invitation,
    onForgetKey:
      key === ''
        ? undefined
        : () => {
            setKey('');
          },
  };
  if (address.page === 'meetings') return <Meetings {...shown} />;
  const { roomSid, segmentId } = address;
  return (
    <MeetingLink
      key={`${roomSid} ${segmentId}`}
      config={config}
      roomSid={roomSid}
      segmentId={segmentId}
      {...shown}
    />
  );
}

const openedAtMs = Date.now();

interface CallRouteProps {
  readonly config: Config;
  readonly room: string;
  readonly fragment: string;
}

function CallRoute({ config, room, fragment }: CallRouteProps) {
  const invitation = readInvitation(room, fragment, openedAtMs);
  if (isProblem(invitation)) {
    return (
      <Page>
        <ProblemNotice problem={invitation} level={1} />
        <p>
          <a href="/">Start a new call instead</a>
        </p>
      </Page>
    );
  }
  return <CallLink key={invitation.jwt} config={config} invitation={invitation} />;
}
