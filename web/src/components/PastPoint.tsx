import { describeFate, SOURCES } from '../core/pointFate';
import type { TalkingPoint } from '../core/talkingPoints';
import { Clock } from './Clock';

interface PastPointProps {
  readonly point: TalkingPoint;
  readonly onJump: (segmentId: string) => void;
}

/** A talking point of a meeting, and what became of it. */
export function PastPoint({ point, onJump }: PastPointProps) {
  return (
    <li className="point" data-id={point.id} data-source={point.source} data-complete>
      <div className="point-body">
        <p className="point-text" dir="auto">
          {point.text}
        </p>
        {point.quote && (
          <blockquote>
            <button
              type="button"
              className="link"
              title="Show it in the transcript"
              onClick={() => {
                onJump(point.segment_id);
              }}
            >
              <span dir="auto">“{point.quote}”</span> {point.speaker_name}
            </button>
          </blockquote>
        )}
        <div className="point-foot">
          <span className="source">{SOURCES[point.source]}</span>
          <Clock ms={point.heard_at_ms} />
          <span>{describeFate(point)}</span>
        </div>
      </div>
    </li>
  );
}
