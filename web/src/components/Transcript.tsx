import { useEffect, useMemo } from 'react';
import { type ConsentPolicy, describeEmptyTranscript } from '../core/consent';
import type { Gap } from '../core/gaps';
import { type Period, placeMarks } from '../core/offTheRecord';
import type { Config } from '../core/tokenServer';
import type { Line } from '../core/transcript';
import { useStickToEnd } from '../hooks/useStickToEnd';
import { isSpeaker, MarkText, TranscriptRow } from './TranscriptRow';

interface TranscriptProps {
  readonly config: Config;
  readonly lines: readonly Line[];
  /** When the call was off the record. */
  readonly periods: readonly Period[];
  /** When nobody listened. */
  readonly gaps: readonly Gap[];
  readonly policy: ConsentPolicy | undefined;
  /** Identity of the person who reads. */
  readonly self: string;
  readonly shown: boolean;
  /** The line to go to, if somebody has asked for one. */
  readonly target: Target | undefined;
}

/** A line of the transcript; asking for the same one again makes another target. */
export interface Target {
  readonly key: string;
}

/** What everybody said, in order; what is still being said is lighter. */
export function Transcript(props: TranscriptProps) {
  const { config, lines, periods, gaps, policy, self, shown, target } = props;
  const entries = useMemo(() => placeMarks(lines, periods, gaps), [lines, periods, gaps]);
  const { list, behind, onScroll, jump } = useStickToEnd(entries, shown);
  useEffect(() => {
    if (!target || !shown) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(target.key)}"]`);
    row?.scrollIntoView({ block: 'center' });
    row?.focus({ preventScroll: true });
  }, [list, target, shown]);
  return (
    <>
      <div
        className="scroll"
        ref={list}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label="Transcript"
      >
        {entries.length === 0 && <p className="empty">{describeEmptyTranscript(policy)}</p>}
        <ol className="lines" data-testid="transcript">
          {entries.map((entry, index) =>
            entry.kind === 'line' ? (
              <TranscriptRow
                key={entry.line.key}
                line={entry.line}
                roleName={config.roles[entry.line.role]}
                own={entry.line.identity === self}
                target={entry.line.key === target?.key}
                continued={isSpeaker(entries[index - 1], entry.line.identity)}
              />
            ) : (
              <li key={entry.key} className="mark" data-mark={entry.kind}>
                <MarkText entry={entry} />
              </li>
            ),
          )}
        </ol>
      </div>
      {behind && (
        <button type="button" className="button small jump" onClick={jump}>
          Jump to the newest line
        </button>
      )}
    </>
  );
}
