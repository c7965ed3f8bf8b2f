import {
  type MeetingAccess,
  readAnswers,
  readCoverageRows,
  readPoints,
  readSpentCosts,
  readStatisticsRows,
} from '../core/meetingParts';
import type { Meeting } from '../core/meetings';
import { AnswerCard } from './AnswerCard';
import { Coverage } from './Coverage';
import { MeetingMinutes } from './MeetingMinutes';
import { MeetingTasks } from './MeetingTasks';
import { Part } from './Part';
import { PastPoint } from './PastPoint';
import { ShareBars } from './ShareBars';
import { SpentCostsTable } from './SpentCostsTable';
import { Statistics } from './Statistics';
import type { Tab } from './Tabs';

export type PanelName = 'minutes' | 'tasks' | 'points' | 'answers' | 'figures';

/** Returns what the reader may see of the meeting beside its transcript. */
export function panelsOf({ role, may_read_minutes }: Meeting): readonly Tab<PanelName>[] {
  return [
    ...(may_read_minutes ? [{ name: 'minutes' as const, label: 'Minutes' }] : []),
    ...(role === 'host'
      ? [
          { name: 'tasks' as const, label: 'Tasks' },
          { name: 'points' as const, label: 'Talking points' },
          { name: 'answers' as const, label: 'Answers' },
        ]
      : []),
    { name: 'figures', label: 'Figures' },
  ];
}

interface MeetingPanelProps {
  readonly name: PanelName;
  readonly access: MeetingAccess;
  readonly meeting: Meeting;
  readonly onJump: (segmentId: string) => void;
  readonly onChange: () => void;
}

/** One of the tabs; what it shows is asked for when it is opened. */
export function MeetingPanel(props: MeetingPanelProps) {
  return (
    <div
      className="panel"
      id={`panel-${props.name}`}
      role="tabpanel"
      aria-labelledby={`tab-${props.name}`}
    >
      <div className="scroll" tabIndex={0} role="region" aria-labelledby={`tab-${props.name}`}>
        <Content {...props} />
      </div>
    </div>
  );
}

function Content({ name, access, meeting, onJump, onChange }: MeetingPanelProps) {
  switch (name) {
    case 'minutes':
      return (
        <MeetingMinutes access={access} meeting={meeting} onJump={onJump} onChange={onChange} />
      );
    case 'tasks':
      return <MeetingTasks access={access} meeting={meeting} onJump={onJump} />;
    case 'points':
      return (
        <Part access={access} part="talking-points" read={readPoints}>
          {(points) => (
            <>
              {points.length === 0 && <p className="empty">No talking point was shown.</p>}
              <ol className="points" data-testid="past-points">
                {points.map((point) => (
                  <PastPoint key={point.id} point={point} onJump={onJump} />
                ))}
              </ol>
            </>
          )}
        </Part>
      );
    case 'answers':
      return (
        <Part access={access} part="answers" read={readAnswers}>
          {(answers) => (
            <>
              {answers.length === 0 && <p className="empty">Nothing was asked.</p>}
              <ol className="answers">
                {answers.map((answer) => (
                  <AnswerCard
                    key={answer.id}
                    answer={answer}
                    onJump={(_, segmentId) => {
                      onJump(segmentId);
                    }}
                  />
                ))}
              </ol>
            </>
          )}
        </Part>
      );
    case 'figures':
      return <Figures access={access} meeting={meeting} />;
  }
}

function Figures({ access, meeting }: Pick<MeetingPanelProps, 'access' | 'meeting'>) {
  return (
    <div className="figures">
      <Part access={access} part="statistics" read={readStatisticsRows}>
        {(rows) => (
          <>
            <ShareBars rows={rows} />
            <Statistics rows={rows} />
          </>
        )}
      </Part>
      {meeting.role === 'host' && (
        <>
          <Part access={access} part="coverage" read={readCoverageRows}>
            {(rows) => <Coverage rows={rows} />}
          </Part>
          <Part access={access} part="costs" read={readSpentCosts}>
            {(costs) => <SpentCostsTable costs={costs} />}
          </Part>
        </>
      )}
    </div>
  );
}
