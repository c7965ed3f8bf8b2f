import { type ReactNode, useCallback, useState } from 'react';
import { isOnScreen } from '../core/arrangement';
import type { Invitation } from '../core/invitation';
import { findSegment } from '../core/spoken';
import { proposedOf } from '../core/tasks';
import type { Config } from '../core/tokenServer';
import { keyOf } from '../core/transcript';
import { useMediaQuery } from '../hooks/useMediaQuery';
import type { Notes } from '../hooks/useNotes';
import { useRequests } from '../hooks/useRequests';
import { AdviceBar } from './AdviceBar';
import { Alerts } from './Alerts';
import { Announcer } from './Announcer';
import { Ask } from './Ask';
import { CallSettings } from './CallSettings';
import { Coverage } from './Coverage';
import { LiveMinutes } from './LiveMinutes';
import { ProblemNotice } from './ProblemNotice';
import { Statistics } from './Statistics';
import { Tabs } from './Tabs';
import { TalkingPoints } from './TalkingPoints';
import { TaskStrip } from './TaskStrip';
import { Tasks } from './Tasks';
import { type Target, Transcript } from './Transcript';
import { Unreadable } from './Unreadable';

interface HostPanelsProps {
  readonly config: Config;
  readonly invitation: Invitation;
  /** Identity of the person who reads. */
  readonly self: string;
  readonly notes: Notes;
}

type Name = 'points' | 'transcript' | 'tasks' | 'ask' | 'minutes';

/**
 * Beside the people, for hosts: talking points above, and below them transcript, tasks,
 * answers and minutes, one at a time; on a phone all five one at a time.
 */
export function HostPanels({ config, invitation, self, notes }: HostPanelsProps) {
  const { points, tasks, answers, state, costs, now, mergeTask } = notes;
  const requests = useRequests();
  const narrow = useMediaQuery('(max-width: 800px)');
  const [chosen, setChosen] = useState<Name>();
  const [target, setTarget] = useState<Target>();
  const [settingsOpen, setSettingsOpen] = useState(false);
  const selected =
    chosen === undefined || (!narrow && chosen === 'points') ? first(narrow) : chosen;
  const proposed = proposedOf(tasks);

  const onJump = useCallback((identity: string, segmentId: string) => {
    setTarget({ key: keyOf(identity, segmentId) });
    setChosen('transcript');
  }, []);
  const onSegment = (segmentId: string) => {
    const key = findSegment(notes.lines, segmentId);
    if (key !== undefined) setTarget({ key });
    setChosen('transcript');
  };
  const onTasks = () => {
    setChosen('tasks');
  };
  const shownPoints = points.filter(isOnScreen).length;
  const pointsPanel = (
    <Panel name="points" tabbed={narrow} selected={selected}>
      <h2 className={narrow ? 'sr-only' : undefined}>
        Talking points <small>only hosts see these</small>
      </h2>
      <TalkingPoints points={points} now={now} requests={requests} onJump={onJump} />
      {state && (
        <AdviceBar
          state={state}
          costs={costs}
          requests={requests}
          onSettings={() => {
            setSettingsOpen(true);
          }}
        />
      )}
    </Panel>
  );
  return (
    <aside className="panels" aria-label="Notes">
      {requests.failure && !settingsOpen && (
        <ProblemNotice problem={requests.failure.problem} onClose={requests.closeFailure} />
      )}
      <Alerts alerts={notes.alerts} onClose={notes.closeAlert} onJump={onJump} />
      {!narrow && pointsPanel}
      {selected !== 'tasks' && <TaskStrip proposed={proposed} onOpen={onTasks} />}
      <Tabs<Name>
        label="Notes"
        selected={selected}
        onSelect={setChosen}
        tabs={[
          ...(narrow
            ? [{ name: 'points' as const, label: 'Talking points', count: shownPoints }]
            : []),
          { name: 'transcript', label: 'Transcript' },
          { name: 'tasks', label: 'Tasks', count: proposed.length },
          { name: 'ask', label: 'Ask' },
          { name: 'minutes', label: 'Minutes' },
        ]}
      />
      {narrow && pointsPanel}
      <Panel name="transcript" tabbed selected={selected}>
        <h2 className="sr-only">Transcript</h2>
        <Transcript
          config={config}
          lines={notes.lines}
          periods={notes.periods}
          gaps={notes.gaps}
          policy={notes.policy}
          self={self}
          shown={selected === 'transcript'}
          target={target}
        />
      </Panel>
      <Panel name="tasks" tabbed selected={selected}>
        <h2 className="sr-only">Tasks</h2>
        <Tasks
          invitation={invitation}
          tasks={tasks}
          onTask={mergeTask}
          requests={requests}
          onJump={onJump}
        />
      </Panel>
      <Panel name="ask" tabbed selected={selected}>
        <h2 className="sr-only">Ask</h2>
        <Ask answers={answers} state={state} requests={requests} onJump={onJump} />
      </Panel>
      <Panel name="minutes" tabbed selected={selected}>
        <h2 className="sr-only">Minutes</h2>
        <LiveMinutes minutes={notes.minutes} requests={requests} onJump={onSegment} />
      </Panel>
      {notes.statistics.length > 0 && <Statistics rows={notes.statistics} />}
      {notes.coverage.length > 0 && <Coverage rows={notes.coverage} />}
      <Unreadable count={notes.unreadable} />
      <Announcer notes={notes} self={self} />
      {state && settingsOpen && (
        <CallSettings
          invitation={invitation}
          state={state}
          costs={costs}
          sound={notes.sound}
          requests={requests}
          onClose={() => {
            setSettingsOpen(false);
          }}
        />
      )}
    </aside>
  );
}

function first(narrow: boolean): Name {
  return narrow ? 'points' : 'transcript';
}

interface PanelProps {
  readonly name: Name;
  readonly tabbed: boolean;
  readonly selected: Name;
  readonly children: ReactNode;
}

function Panel({ name, tabbed, selected, children }: PanelProps) {
  const tab = tabbed
    ? {
        id: `panel-${name}`,
        role: 'tabpanel',
        'aria-labelledby': `tab-${name}`,
        hidden: selected !== name,
      }
    : {};
  return (
    <div className={`panel ${name}-panel`} {...tab}>
      {children}
    </div>
  );
}
