import { type KeyboardEvent, useRef, useState } from 'react';
import type { Role } from '../core/invitation';
import type { Config } from '../core/tokenServer';
import { useMediaQuery } from '../hooks/useMediaQuery';
import type { Notes } from '../hooks/useNotes';
import { Announcer } from './Announcer';
import { Coverage } from './Coverage';
import { TalkingPoints } from './TalkingPoints';
import { Transcript } from './Transcript';

interface PanelsProps {
  readonly config: Config;
  readonly role: Role;
  /** Identity of the person who reads. */
  readonly self: string;
  readonly notes: Notes;
}

const TABS = ['points', 'transcript'] as const;
type Tab = (typeof TABS)[number];

/** Beside the people: talking points (hosts only) and transcript; on a phone one at a time. */
export function Panels({ config, role, self, notes }: PanelsProps) {
  const { lines, points, unreadable } = notes;
  const narrow = useMediaQuery('(max-width: 800px)');
  const [tab, setTab] = useState<Tab>('points');
  const tabbed = narrow && role === 'host';
  const panel = (name: Tab) =>
    tabbed
      ? {
          id: `panel-${name}`,
          role: 'tabpanel',
          'aria-labelledby': `tab-${name}`,
          hidden: tab !== name,
        }
      : {};

  return (
    <aside className="panels" aria-label="Notes">
      {tabbed && <Tabs selected={tab} onSelect={setTab} count={points.length} />}
      {role === 'host' && (
        <div className="panel points-panel" {...panel('points')}>
          <h2 className={tabbed ? 'sr-only' : undefined}>
            Talking points <small>only you see these</small>
          </h2>
          <TalkingPoints points={points} />
        </div>
      )}
      <div className="panel transcript-panel" {...panel('transcript')}>
        <h2 className={tabbed ? 'sr-only' : undefined}>Transcript</h2>
        <Transcript
          config={config}
          lines={lines}
          periods={notes.periods}
          policy={notes.policy}
          self={self}
          shown={!tabbed || tab === 'transcript'}
        />
      </div>
      {role === 'host' && notes.coverage.length > 0 && <Coverage rows={notes.coverage} />}
      {unreadable > 0 && (
        <p className="unreadable" data-testid="unreadable">
          {unreadable === 1 ? 'One message' : `${unreadable} messages`} could not be read. If this
          goes on, reload the page.
        </p>
      )}
      <Announcer lines={lines} points={points} self={self} />
    </aside>
  );
}

interface TabsProps {
  readonly selected: Tab;
  readonly onSelect: (tab: Tab) => void;
  readonly count: number;
}

function Tabs({ selected, onSelect, count }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const labels = {
    points: `Talking points${count ? ` (${count})` : ''}`,
    transcript: 'Transcript',
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = selected === 'points' ? 'transcript' : 'points';
    onSelect(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label="Notes" ref={list} onKeyDown={onKeyDown}>
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-controls={`panel-${tab}`}
          aria-selected={selected === tab}
          tabIndex={selected === tab ? 0 : -1}
          onClick={() => {
            onSelect(tab);
          }}
        >
          {labels[tab]}
        </button>
      ))}
    </div>
  );
}
