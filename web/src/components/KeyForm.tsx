import { type SyntheticEvent, useState } from 'react';
import { KeyField } from './KeyField';
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
        <KeyField before="shows meetings" value={key} onChange={setKey} />
        <button type="submit" className="button primary" disabled={key.trim() === ''}>
          Show the meetings
        </button>
      </form>
    </Page>
  );
}
