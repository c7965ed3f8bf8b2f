import { memo, useEffect, useMemo } from 'react';
import { type ConsentPolicy, describeEmptyTranscript } from '../core/consent';
import type { Gap } from '../core/gaps';
import { type Entry, type Period, placeMarks } from '../core/offTheRecord';
import type { Config } from '../core/tokenServer';
import type { Line } from '../core/transcript';
import { useStickToEnd } from '../hooks/useStickToEnd';
import { Clock } from './Clock';

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
              <Row
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

function MarkText({ entry }: { readonly entry: Exclude<Entry, { kind: 'line' }> }) {
  if (entry.kind === 'gap') {
    return (
      <>
        Nobody listened from <Clock ms={entry.gap.started_at_ms} seconds /> to{' '}
        <Clock ms={entry.gap.ended_at_ms} seconds />
      </>
    );
  }
  return (
    <>
      {entry.kind === 'off' ? 'Off the record from ' : 'On the record again '}
      <Clock ms={entry.atMs} />
    </>
  );
}

function isSpeaker(entry: Entry | undefined, identity: string): boolean {
  return entry?.kind === 'line' && entry.line.identity === identity;
}

interface RowProps {
  readonly line: Line;
  readonly roleName: string;
  readonly own: boolean;
  readonly target: boolean;
  /** True if the line before is by the same person: the name is not said again. */
  readonly continued: boolean;
}

const Row = memo(function Row({ line, roleName, own, target, continued }: RowProps) {
  return (
    <li
      className={continued ? 'line continued' : 'line'}
      tabIndex={-1}
      data-key={line.key}
      data-target={target}
      data-final={line.final}
      data-speaker={line.name}
      data-identity={line.identity}
      data-role={line.role}
    >
      <p className={continued ? 'sr-only' : 'speaker'}>
        <b>{line.name}</b>
        <span>
          {roleName}
          {own && ', you'}
        </span>
        <Clock ms={line.startedAtMs} />
      </p>
      <p className="words" dir="auto">
        {line.text}
      </p>
    </li>
  );
});
