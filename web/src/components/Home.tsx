import { type SyntheticEvent, useState } from 'react';
import { listAddress } from '../core/address';
import { isProblem, type Problem } from '../core/problem';
import { type Config, createRoom, type NewRoom } from '../core/tokenServer';
import { KeyField } from './KeyField';
import { Links } from './Links';
import { Page } from './Page';
import { PageLink } from './PageLink';
import { ProblemNotice } from './ProblemNotice';

/** Where a call begins: makes a room, then shows its two links. */
export function Home({ config }: { readonly config: Config }) {
  const [hostName, setHostName] = useState('');
  const [guestName, setGuestName] = useState('');
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [room, setRoom] = useState<NewRoom>();

  const create = async () => {
    setBusy(true);
    setProblem(undefined);
    const answer = await createRoom({ host_name: hostName, guest_name: guestName }, key);
    setBusy(false);
    if (isProblem(answer)) setProblem(answer);
    else setRoom(answer);
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    void create();
  };

  if (room) return <Links config={config} room={room} />;
  const { host, guest } = config.roles;
  return (
    <Page>
      <h1 className="headline">
        A call, with a note <em>in the margin</em>.
      </h1>
      <p className="lead">
        Sidenote sits in the call, writes down what everybody says, and shows the{' '}
        {host.toLowerCase()} what to say next.
      </p>
      <form className="card form" onSubmit={onSubmit}>
        <div className="fields">
          <TextField label={`${host}’s name`} value={hostName} onChange={setHostName} />
          <TextField label={`${guest}’s name`} value={guestName} onChange={setGuestName} />
        </div>
        {config.rooms_need_key && <KeyField before="opens a room" value={key} onChange={setKey} />}
        {problem && (
          <ProblemNotice
            problem={problem}
            onRetry={() => {
              void create();
            }}
          />
        )}
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? 'Opening…' : 'New call'}
        </button>
      </form>
      <p>
        <PageLink to={listAddress('')}>Earlier meetings, and recordings to transcribe</PageLink>
      </p>
    </Page>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function TextField({ label, value, onChange }: TextFieldProps) {
  return (
    <label className="field">
      <span>
        {label} <i>optional</i>
      </span>
      <input
        type="text"
        maxLength={64}
        autoComplete="off"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </label>
  );
}
