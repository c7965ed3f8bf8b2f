import { memo } from 'react';
import type { TalkingPoint } from '../core/talkingPoints';

const SOURCES: Readonly<Record<TalkingPoint['source'], string>> = {
  playbook: 'Playbook',
  model: 'Model',
};

/** What to say next, the newest on top, each with the words that called for it. */
export function TalkingPoints({ points }: { readonly points: readonly TalkingPoint[] }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Talking points">
      {points.length === 0 && (
        <p className="empty">
          When somebody says something worth an answer, what to say appears here.
        </p>
      )}
      <ol className="points" data-testid="talking-points">
        {points.map((point) => (
          <Point key={point.id} point={point} />
        ))}
      </ol>
    </div>
  );
}

const Point = memo(function Point({ point }: { readonly point: TalkingPoint }) {
  return (
    <li
      className="point"
      data-id={point.id}
      data-version={point.version}
      data-source={point.source}
      data-complete={point.complete}
      aria-busy={!point.complete}
    >
      <p className="point-text">{point.text}</p>
      {point.quote && (
        <blockquote>
          <p>“{point.quote}”</p>
          <footer>{point.speaker_name}</footer>
        </blockquote>
      )}
      <p className="point-foot">
        <span className="source">{SOURCES[point.source]}</span>
        <time dateTime={new Date(point.heard_at_ms).toISOString()}>
          {new Date(point.heard_at_ms).toLocaleTimeString()}
        </time>
        {!point.complete && <span className="writing">writing…</span>}
      </p>
    </li>
  );
});
