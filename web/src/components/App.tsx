import { useSyncExternalStore } from 'react';
import { findRoom, readInvitation } from '../core/invitation';
import { isProblem } from '../core/problem';
import type { Config } from '../core/tokenServer';
import { useConfig } from '../hooks/useConfig';
import { CallLink } from './CallLink';
import { Home } from './Home';
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

const openedAtMs = Date.now();

function Route({ config }: { readonly config: Config }) {
  const fragment = useSyncExternalStore(onFragment, () => window.location.hash);
  const room = findRoom(window.location.pathname);
  if (room === undefined) return <Home config={config} />;
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

function onFragment(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  return () => {
    window.removeEventListener('hashchange', onChange);
  };
}
