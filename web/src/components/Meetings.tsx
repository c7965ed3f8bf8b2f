import { type SyntheticEvent, useCallback, useState } from 'react';
import type { Credential, MeetingKind, Wanted } from '../core/meetings';
import { useMeetings } from '../hooks/useMeetings';
import { MeetingRow } from './MeetingRow';
import { Page } from './Page';
import { ProblemNotice } from './ProblemNotice';
import { UploadField } from './UploadField';

interface MeetingsProps {
  readonly credential: Credential;
  /** What stands behind the # of links from here; empty: nothing does. */
  readonly invitation: string;
  /** Undefined: no key was typed in. */
  readonly onForgetKey: (() => void) | undefined;
}

const EVERYTHING: Wanted = { words: '', kind: '' };

/** All meetings that one may see: the newest first, or of a search the best first. */
export function Meetings({ credential, invitation, onForgetKey }: MeetingsProps) {
  const [wanted, setWanted] = useState(EVERYTHING);
  const [given, setGiven] = useState(0);
  const onGiven = useCallback(() => {
    setGiven((count) => count + 1);
  }, []);
  return (
    <Page wide>
      <h1>Meetings</h1>
      <Search wanted={wanted} onSearch={setWanted} />
      <Results
        // Another search is another list; so is one with another recording.
        key={`${given} ${wanted.kind} ${wanted.words}`}
        credential={credential}
        invitation={invitation}
        wanted={wanted}
        onForgetKey={onForgetKey}
      />
      {/* A host's invitation is for its own room; a recording belongs to none. */}
      {invitation === '' && <UploadField credential={credential} onGiven={onGiven} />}
    </Page>
  );
}

interface SearchProps {
  readonly wanted: Wanted;
  readonly onSearch: (wanted: Wanted) => void;
}

function Search({ wanted, onSearch }: SearchProps) {
  const [words, setWords] = useState(wanted.words);
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSearch({ ...wanted, words });
  };
  return (
    <form className="search" role="search" onSubmit={onSubmit}>
      <label className="field">
        <span>What was said</span>
        <input
          type="search"
          maxLength={200}
          placeholder={'price, "second meeting", pric*'}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            if (event.target.value === '') onSearch({ ...wanted, words: '' });
          }}
        />
      </label>
      <label className="field">
        <span>Kind</span>
        <select
          value={wanted.kind}
          onChange={(event) => {
            onSearch({ words, kind: event.target.value as MeetingKind | '' });
          }}
        >
          <option value="">All</option>
          <option value="call">Calls</option>
          <option value="upload">Recordings</option>
        </select>
      </label>
      <button type="submit" className="button">
        Search
      </button>
    </form>
  );
}

interface ResultsProps extends MeetingsProps {
  readonly wanted: Wanted;
}

function Results({ credential, invitation, wanted, onForgetKey }: ResultsProps) {
  const list = useMeetings(credential, wanted);
  const { meetings, problem, busy } = list;
  const searched = wanted.words.trim() !== '' || wanted.kind !== '';
  return (
    <section className="results" aria-label="Found meetings" aria-busy={busy}>
      {problem && <ProblemNotice problem={problem} onRetry={list.reload} />}
      {problem && onForgetKey && (
        <button type="button" className="button plain" onClick={onForgetKey}>
          Give another key
        </button>
      )}
      {list.onlyNewest && (
        <p className="quiet">So much holds these words that only the newest was looked through.</p>
      )}
      {meetings.length === 0 && !problem && (
        <p className="empty" role="status">
          {busy ? 'One moment…' : searched ? 'Nothing was found.' : 'There are no meetings yet.'}
        </p>
      )}
      <ol className="meeting-list" data-testid="meetings">
        {meetings.map((meeting) => (
          <MeetingRow key={meeting.room_sid} meeting={meeting} invitation={invitation} />
        ))}
      </ol>
      {list.next !== null && (
        <button type="button" className="button plain" disabled={busy} onClick={list.more}>
          Show more
        </button>
      )}
    </section>
  );
}
