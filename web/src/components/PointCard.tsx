import { memo, useId } from 'react';
import { describeAge } from '../core/agentClock';
import { describeLeaving } from '../core/arrangement';
import { SOURCES } from '../core/pointFate';
import type { TalkingPoint } from '../core/talkingPoints';

interface PointCardProps {
  readonly point: TalkingPoint;
  /** The time by the agent's clock. */
  readonly nowMs: number;
  /** It is on its way off the screen, and cannot be acted upon any more. */
  readonly leaving: boolean;
  readonly onPin: (pinned: boolean) => void;
  readonly onRate: (useful: boolean | null) => void;
  readonly onDismiss: () => void;
  readonly onJump: (identity: string, segmentId: string) => void;
}

/** One talking point, with the words that called for it and what a host may do with it. */
export const PointCard = memo(function PointCard(props: PointCardProps) {
  const { point, nowMs, leaving } = props;
  const textId = useId();
  return (
    <li
      className="point"
      data-id={point.id}
      data-version={point.version}
      data-source={point.source}
      data-complete={point.complete}
      data-state={leaving ? point.state : 'shown'}
      data-pinned={point.pinned}
      aria-busy={!point.complete}
      inert={leaving}
    >
      <div className="point-body">
        <p className="point-text" id={textId} dir="auto">
          {point.text}
        </p>
        {point.answer && (
          <figure className="brief-line">
            <blockquote dir="auto">{point.answer.text}</blockquote>
            <figcaption>
              {point.answer.document}, line {point.answer.line}
            </figcaption>
          </figure>
        )}
        {point.quote && (
          <blockquote>
            <p dir="auto">“{point.quote}”</p>
            <footer>
              <button
                type="button"
                className="link"
                title="Show it in the transcript"
                onClick={() => {
                  props.onJump(point.speaker_identity, point.segment_id);
                }}
              >
                {point.speaker_name}
              </button>
            </footer>
          </blockquote>
        )}
        <div className="point-foot">
          <span className="source">{SOURCES[point.source]}</span>
          <time dateTime={new Date(point.heard_at_ms).toISOString()}>
            {describeAge(nowMs - point.heard_at_ms)}
          </time>
          {!point.complete && <span className="writing">writing…</span>}
          {leaving && <span>{describeLeaving(point)}</span>}
          <PointButtons {...props} textId={textId} />
        </div>
      </div>
    </li>
  );
});

function PointButtons(props: PointCardProps & { readonly textId: string }) {
  const { point, onPin, onRate, onDismiss, textId } = props;
  return (
    <span className="point-buttons" role="group" aria-describedby={textId}>
      <button
        type="button"
        className="toggle"
        aria-pressed={point.useful === true}
        onClick={() => {
          onRate(point.useful === true ? null : true);
        }}
      >
        Useful
      </button>
      <button
        type="button"
        className="toggle"
        aria-pressed={point.pinned}
        onClick={() => {
          onPin(!point.pinned);
        }}
      >
        Pin
      </button>
      <button type="button" className="toggle" onClick={onDismiss}>
        Dismiss
      </button>
    </span>
  );
}
