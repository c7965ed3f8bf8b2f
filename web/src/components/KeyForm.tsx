import { type SyntheticEvent, useState } from 'react';
import { Page } from './Page';

/** Asks for the key of this server, which is kept in the memory of the page only. */
export function KeyForm({ onKey }: { readonly onKey: (key: string) => void }) {
  const [key, setKey] = useState('');
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    onKey(key.trim());
  };
  return (
    <Page>
      <h1>Meetings</h1>
      <form className="card form" onSubmit={onSubmit}>
        <label className="field">
          <span>API key</span>
          <input
            type="password"
            required
            autoComplete="off"
            value={key}
            onChange={(event) => {
              setKey(event.target.value);
            }}
          />
          <small>This server asks for a key before it shows meetings. It is not stored.</small>
        </label>
        <button type="submit" className="button primary" disabled={key.trim() === ''}>
          Show the meetings
        </button>
      </form>
    </Page>
  );
}
