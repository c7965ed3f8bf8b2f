import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react';
import type { Meeting } from '../core/meetings';
import { stepFrom } from '../core/spoken';
import type { Config } from '../core/tokenServer';
import type { Line } from '../core/transcript';
import type { Spoken } from '../hooks/useSpoken';
import { ProblemNotice } from './ProblemNotice';
import type { Target } from './Transcript';
import { isSpeaker, MarkText, TranscriptRow } from './TranscriptRow';

interface MeetingTranscriptProps {
  readonly config: Config;
  readonly meeting: Meeting;
  readonly spoken: Spoken;
  /** The line to go to, if somebody has asked for one. */
  readonly target: Target | undefined;
  /** Whether it is one of the tabs. */
  readonly tabbed: boolean;
  /** Key of the line that is heard now. */
  readonly heard: string | undefined;
  /** Undefined: there is no sound. */
  readonly onPlay: ((line: Line) => void) | undefined;
}

/** What was said, from beginning to end; arrows go from line to line, Enter plays one. */
export function MeetingTranscript(props: MeetingTranscriptProps) {
  const { config, meeting, spoken, target, heard, onPlay } = props;
  const list = useRef<HTMLDivElement>(null);
  const [picked, setPicked] = useState<string>();
  useEffect(() => {
    if (target) goTo(list.current, target.key, 'center');
  }, [target]);
  useEffect(() => {
    if (heard !== undefined) show(list.current, heard);
  }, [heard]);

  const play = (key: string | undefined) => {
    const line = spoken.lines.find((one) => one.key === key);
    if (line) onPlay?.(line);
  };
  const onClick = (event: MouseEvent) => {
    const { key } = (event.target as Element).closest<HTMLElement>('[data-key]')?.dataset ?? {};
    setPicked(key);
    // Whoever marks words to copy them does not want to hear them.
    if (window.getSelection()?.isCollapsed !== false) play(key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const current = picked ?? target?.key ?? heard;
    if (event.key === 'Enter') {
      play(current);
      return;
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const next = stepFrom(spoken.lines, current, event.key === 'ArrowDown' ? 1 : -1);
    if (!next) return;
    event.preventDefault();
    setPicked(next.key);
    goTo(list.current, next.key, 'nearest');
  };
  const tab = props.tabbed
    ? { id: 'panel-transcript', role: 'tabpanel', 'aria-labelledby': 'tab-transcript' }
    : {};
  return (
    <div className="panel spoken" {...tab}>
      <h2 className={props.tabbed ? 'sr-only' : undefined}>
        Transcript {onPlay && <small>a click on a line plays it</small>}
      </h2>
      <div
        className="scroll"
        ref={list}
        tabIndex={0}
        role="region"
        aria-label="Transcript"
        data-plays={onPlay !== undefined}
        onClick={onClick}
        onKeyDown={onKeyDown}
      >
        {spoken.complete && spoken.lines.length === 0 && (
          <p className="empty">Nothing was written down.</p>
        )}
        <ol className="lines" data-testid="transcript" data-complete={spoken.complete}>
          {spoken.entries.map((entry, index) =>
            entry.kind === 'line' ? (
              <TranscriptRow
                key={entry.line.key}
                line={entry.line}
                roleName={meeting.kind === 'call' ? config.roles[entry.line.role] : ''}
                own={false}
                target={entry.line.key === target?.key}
                heard={entry.line.key === heard}
                continued={isSpeaker(spoken.entries[index - 1], entry.line.identity)}
              />
            ) : (
              <li key={entry.key} className="mark" data-mark={entry.kind}>
                <MarkText entry={entry} />
              </li>
            ),
          )}
        </ol>
        {spoken.problem && <ProblemNotice problem={spoken.problem} onRetry={spoken.reload} />}
        {meeting.ended_at === null && (
          <button type="button" className="button small plain" onClick={spoken.reload}>
            Show what came since
          </button>
        )}
      </div>
    </div>
  );
}

function findRow(list: HTMLElement | null, key: string): HTMLElement | undefined {
  return list?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? undefined;
}

function goTo(list: HTMLElement | null, key: string, block: ScrollLogicalPosition): void {
  const row = findRow(list, key);
  row?.scrollIntoView({ block });
  row?.focus({ preventScroll: true });
}

/** Follows what is heard, without taking the keyboard's place. */
function show(list: HTMLElement | null, key: string): void {
  findRow(list, key)?.scrollIntoView({ block: 'nearest' });
}
