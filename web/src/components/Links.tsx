import type { Role } from '../core/invitation';
import type { Config, NewRoom } from '../core/tokenServer';
import { CopyField } from './CopyField';
import { Page } from './Page';

interface LinksProps {
  readonly config: Config;
  readonly room: NewRoom;
}

/** The two ways into a room that was just made. */
export function Links({ config, room }: LinksProps) {
  const expires = new Date(room.expires_at);
  return (
    <Page wide>
      <h1>Your call is ready</h1>
      <div className="cards">
        <LinkCard
          config={config}
          room={room}
          role="guest"
          note="Send this link to the person you want to talk to."
        />
        <LinkCard
          config={config}
          room={room}
          role="host"
          note="Keep this link to yourself: whoever opens it sees the talking points."
        />
      </div>
      <div className="actions">
        <a className="button primary" href={room.host.link}>
          Join as {config.roles.host}
        </a>
        <p className="quiet">
          The links work until{' '}
          <time dateTime={room.expires_at}>
            {expires.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
          </time>
          .
        </p>
      </div>
    </Page>
  );
}

interface LinkCardProps extends LinksProps {
  readonly role: Role;
  readonly note: string;
}

function LinkCard({ config, room, role, note }: LinkCardProps) {
  const { name, link } = room[role];
  const label = config.roles[role];
  return (
    <section className="card" data-role={role}>
      <h2>
        <span className="role" data-role={role}>
          {label}
        </span>
        {name !== label && name}
      </h2>
      <p className="quiet">{note}</p>
      <CopyField
        label={`Link for the ${label.toLowerCase()}`}
        text={link}
        testId={`${role}-link`}
      />
    </section>
  );
}
