import type { TalkingPoint } from '../core/talkingPoints';
import type { Line } from '../core/transcript';

interface AnnouncerProps {
  readonly lines: readonly Line[];
  readonly points: readonly TalkingPoint[];
  readonly self: string;
}

const ANNOUNCED = 5;

/**
 * Reads out, in a screen reader, finished talking points and finished lines of others. Interims
 * and half-written points would be read over and over; one's own words need no reading out.
 */
export function Announcer({ lines, points, self }: AnnouncerProps) {
  const finals = lines.filter((line) => line.final && line.identity !== self).slice(-ANNOUNCED);
  const complete = points
    .filter((point) => point.complete)
    .slice(0, ANNOUNCED)
    .reverse();
  return (
    <>
      <div className="sr-only" aria-live="polite" aria-relevant="additions">
        {complete.map((point) => (
          <p key={`${point.id} ${point.version}`}>Talking point: {point.text}</p>
        ))}
      </div>
      <div className="sr-only" aria-live="polite" aria-relevant="additions">
        {finals.map((line) => (
          <p key={line.key}>
            {line.name}: {line.text}
          </p>
        ))}
      </div>
    </>
  );
}
