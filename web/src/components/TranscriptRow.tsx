import { memo } from 'react';
import type { Entry } from '../core/offTheRecord';
import type { Line } from '../core/transcript';
import { Clock } from './Clock';

/** When nothing was written down, and why. */
export function MarkText({ entry }: { readonly entry: Exclude<Entry, { kind: 'line' }> }) {
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

/** Whether an entry is a line of this person. */
export function isSpeaker(entry: Entry | undefined, identity: string): boolean {
  return entry?.kind === 'line' && entry.line.identity === identity;
}

interface TranscriptRowProps {
  readonly line: Line;
  readonly roleName: string;
  readonly own: boolean;
  readonly target: boolean;
  /** True while its sound is played. */
  readonly heard?: boolean;
  /** True if the line before is by the same person: the name is not said again. */
  readonly continued: boolean;
}

/** One line of a transcript. */
export const TranscriptRow = memo(function TranscriptRow(props: TranscriptRowProps) {
  const { line, roleName, own, target, heard = false, continued } = props;
  return (
    <li
      className={continued ? 'line continued' : 'line'}
      tabIndex={-1}
      data-key={line.key}
      data-target={target}
      data-heard={heard}
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
