import { type SyntheticEvent, useEffect, useId, useState } from 'react';
import {
  fetchProfiles,
  type MeetingAccess,
  type Profile,
  requestMinutes,
} from '../core/meetingParts';
import type { Problem } from '../core/problem';
import { ProblemNotice } from './ProblemNotice';

interface WriteAgainProps {
  readonly access: MeetingAccess;
  /** Of the minutes that there are. */
  readonly templates: readonly string[];
  /** False: there are no minutes yet. */
  readonly again: boolean;
  readonly onAsked: () => void;
}

/** Those that come with Sidenote; a worker may have others. */
const TEMPLATES = ['free', 'sales', 'interview', 'standup'];
const NAME = '[a-z0-9][a-z0-9_\\-]{0,63}';

/** Has minutes written by a template, for everybody or for one person. */
export function WriteAgain({ access, templates, again, onAsked }: WriteAgainProps) {
  const [template, setTemplate] = useState('');
  const [profile, setProfile] = useState('');
  const [profiles, setProfiles] = useState<readonly Profile[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const listId = useId();
  useEffect(() => {
    const asking = new AbortController();
    void fetchProfiles(access.credential).then((known) => {
      if (!asking.signal.aborted) setProfiles(known);
    });
    return () => {
      asking.abort();
    };
  }, [access.credential]);

  const write = async () => {
    const failed = await requestMinutes(access, { template, profile_id: profile });
    setProblem(failed);
    if (!failed) onAsked();
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    void write();
  };
  return (
    <form className="write-again" onSubmit={onSubmit}>
      <label className="field">
        <span>
          Template <i>optional</i>
        </span>
        <input
          type="text"
          list={listId}
          pattern={NAME}
          autoComplete="off"
          placeholder="as it is set up"
          value={template}
          onChange={(event) => {
            setTemplate(event.target.value.trim());
          }}
        />
      </label>
      <datalist id={listId}>
        {[...new Set([...templates, ...TEMPLATES])].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {profiles.length > 0 && (
        <label className="field">
          <span>For</span>
          <select
            value={profile}
            onChange={(event) => {
              setProfile(event.target.value);
            }}
          >
            <option value="">Everybody</option>
            {profiles.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="submit" className="button small">
        {again ? 'Write again' : 'Write minutes'}
      </button>
      {problem && <ProblemNotice problem={problem} onRetry={() => void write()} />}
    </form>
  );
}
