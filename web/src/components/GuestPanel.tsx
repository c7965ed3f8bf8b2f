import type { Config } from '../core/tokenServer';
import type { Notes } from '../hooks/useNotes';
import { Announcer } from './Announcer';
import { Transcript } from './Transcript';
import { Unreadable } from './Unreadable';

interface GuestPanelProps {
  readonly config: Config;
  /** Identity of the person who reads. */
  readonly self: string;
  readonly notes: Notes;
}

/** Beside the people, for guests: the transcript, and nothing else. */
export function GuestPanel({ config, self, notes }: GuestPanelProps) {
  return (
    <aside className="panels" aria-label="Notes">
      <div className="panel transcript-panel">
        <h2>Transcript</h2>
        <Transcript
          config={config}
          lines={notes.lines}
          periods={notes.periods}
          gaps={notes.gaps}
          policy={notes.policy}
          self={self}
          shown
          target={undefined}
        />
      </div>
      <Unreadable count={notes.unreadable} />
      <Announcer notes={notes} self={self} />
    </aside>
  );
}
