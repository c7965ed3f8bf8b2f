import { memo } from 'react';
import type { Config } from '../core/tokenServer';
import type { Line } from '../core/transcript';
import { useStickToEnd } from '../hooks/useStickToEnd';

interface TranscriptProps {
  readonly config: Config;
  readonly lines: readonly Line[];
  /** Identity of the person who reads. */
  readonly self: string;
  readonly shown: boolean;
}

/** What everybody said, in order; what is still being said is lighter. */
export function Transcript({ config, lines, self, shown }: TranscriptProps) {
  const { list, behind, onScroll, jump } = useStickToEnd(lines, shown);
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
        {lines.length === 0 && (
          <p className="empty">What everybody says appears here, a moment after it is said.</p>
        )}
        <ol className="lines" data-testid="transcript">
          {lines.map((line, index) => (
            <Row
              key={line.key}
              line={line}
              roleName={config.roles[line.role]}
              own={line.identity === self}
              continued={lines[index - 1]?.identity === line.identity}
            />
          ))}
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

interface RowProps {
  readonly line: Line;
  readonly roleName: string;
  readonly own: boolean;
  /** True if the line before is by the same person: the name is not said again. */
  readonly continued: boolean;
}

const Row = memo(function Row({ line, roleName, own, continued }: RowProps) {
  return (
    <li
      className={continued ? 'line continued' : 'line'}
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
        <time dateTime={new Date(line.startedAtMs).toISOString()}>
          {new Date(line.startedAtMs).toLocaleTimeString([], {
            hour: '2-digit',
            minute: '2-digit',
          })}
        </time>
      </p>
      <p className="words" dir="auto">
        {line.text}
      </p>
    </li>
  );
});
