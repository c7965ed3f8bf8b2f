import { useCallback, useMemo, useState } from 'react';
import { fetchSound, type MeetingAccess, type Sounds } from '../core/meetingParts';
import type { Meeting } from '../core/meetings';
import { isProblem } from '../core/problem';
import { findSegment } from '../core/spoken';
import type { Config } from '../core/tokenServer';
import { useAnswer } from '../hooks/useAnswer';
import { useMediaQuery } from '../hooks/useMediaQuery';
import { usePlayer } from '../hooks/usePlayer';
import { useSpoken } from '../hooks/useSpoken';
import { MeetingHead } from './MeetingHead';
import { MeetingPanel, type PanelName, panelsOf } from './MeetingPanel';
import { MeetingTranscript } from './MeetingTranscript';
import { PlayerBar } from './PlayerBar';
import { Tabs } from './Tabs';

interface MeetingViewProps {
  readonly config: Config;
  readonly access: MeetingAccess;
  readonly meeting: Meeting;
  readonly invitation: string;
  readonly segmentId: string;
  /** To be called when something was asked for that changes the meeting. */
  readonly onChange: () => void;
}

type Name = PanelName | 'transcript';

/** A meeting: what was made of it on one side, what was said on the other; on a phone by turns. */
export function MeetingView(props: MeetingViewProps) {
  const { config, access, meeting, segmentId, onChange } = props;
  const narrow = useMediaQuery('(max-width: 800px)');
  const spoken = useSpoken(access);
  const sound = useSound(access, meeting);
  const { audio, heard, onTime, playFrom } = usePlayer(sound.mixed, spoken.lines);
  const [chosen, setChosen] = useState<Name>();
  const [wanted, setWanted] = useState<Wanted | undefined>(
    segmentId === '' ? undefined : { segmentId },
  );
  const panels = panelsOf(meeting);
  const tabs = narrow ? [...panels, { name: 'transcript' as const, label: 'Transcript' }] : panels;
  const first = segmentId !== '' && narrow ? 'transcript' : (panels[0]?.name ?? 'figures');
  const named = chosen ?? first;
  const selected = tabs.some(({ name }) => name === named) ? named : first;
  const key = wanted && findSegment(spoken.lines, wanted.segmentId);
  const target = useMemo(() => (wanted && key !== undefined ? { key } : undefined), [wanted, key]);
  const onJump = useCallback(
    (id: string) => {
      setWanted({ segmentId: id });
      if (narrow) setChosen('transcript');
    },
    [narrow],
  );

  return (
    <div className="meeting">
      <MeetingHead access={access} meeting={meeting} invitation={props.invitation} />
      <main className="meeting-main">
        <section className="panels" aria-label="What was made of it">
          <Tabs<Name>
            label="What was made of it"
            selected={selected}
            onSelect={setChosen}
            tabs={tabs}
          />
          {selected !== 'transcript' && (
            <MeetingPanel
              name={selected}
              access={access}
              meeting={meeting}
              onJump={onJump}
              onChange={onChange}
            />
          )}
        </section>
        {(!narrow || selected === 'transcript') && (
          <MeetingTranscript
            config={config}
            meeting={meeting}
            spoken={spoken}
            target={target}
            tabbed={narrow}
            heard={heard}
            onPlay={sound.mixed && playFrom}
          />
        )}
      </main>
      {sound.mixed && (
        <PlayerBar url={sound.mixed.url} audio={audio} onTime={onTime} onLost={sound.reload} />
      )}
    </div>
  );
}

/** The line to go to; asking for the same one again makes another. */
interface Wanted {
  readonly segmentId: string;
}

/** The sound that may be played: hosts only, and often there is none. */
function useSound(access: MeetingAccess, { role, ended_at }: Meeting) {
  const load = useCallback(
    async () => (role === 'host' ? fetchSound(access) : NO_SOUND),
    [access, role],
  );
  const { answer, reload } = useAnswer(load, ended_at ?? '');
  const mixed = answer && !isProblem(answer) ? (answer.mixed ?? undefined) : undefined;
  return { mixed, reload };
}

const NO_SOUND: Sounds = { mixed: null };
