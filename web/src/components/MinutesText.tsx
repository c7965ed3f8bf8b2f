import { describeWriters, type Minutes, type MinutesPart, partsOf } from '../core/minutes';
import { Clock } from './Clock';
import { MinutesItem } from './MinutesItem';

interface MinutesTextProps {
  readonly minutes: Minutes;
  readonly onJump: (segmentId: string) => void;
}

/** Minutes with their headings; each statement leads to the words that it rests on. */
export function MinutesText({ minutes, onJump }: MinutesTextProps) {
  const parts = partsOf(minutes);
  return (
    <article className="minutes" data-testid="minutes" data-state={minutes.state}>
      <h2 dir="auto">{minutes.title}</h2>
      {parts.length === 0 && <p className="empty">Nothing that belongs into minutes was found.</p>}
      {parts.map((part) => (
        <Section key={part.key} part={part} onJump={onJump} />
      ))}
      <footer>
        {minutes.consent && <p>{minutes.consent}</p>}
        {minutes.coverage && <p>{minutes.coverage}</p>}
        <p>
          {describeWriters(minutes)} <Clock ms={minutes.written_at_ms} />
        </p>
      </footer>
    </article>
  );
}

interface SectionProps {
  readonly part: MinutesPart;
  readonly onJump: (segmentId: string) => void;
}

function Section({ part, onJump }: SectionProps) {
  return (
    <section data-part={part.key}>
      <h3 dir="auto">{part.title}</h3>
      <ul>
        {part.lines.map((line, index) => (
          <MinutesItem key={index} line={line} onJump={onJump} />
        ))}
      </ul>
    </section>
  );
}
