import { describeOwner, type MinutesLine } from '../core/minutes';

interface MinutesItemProps {
  readonly line: MinutesLine;
  readonly onJump: (segmentId: string) => void;
}

/** One statement; it opens to what was said for it, and that leads into the transcript. */
export function MinutesItem({ line, onJump }: MinutesItemProps) {
  const owner = describeOwner(line);
  return (
    <li>
      <details>
        <summary>
          <span dir="auto">{line.text}</span>
          {owner && <b className="owner"> {owner}</b>}
        </summary>
        <ul className="quotes">
          {line.evidence.map(({ segment_id, quote }, index) => (
            <li key={`${segment_id} ${index}`}>
              <button
                type="button"
                className="link"
                title="Show it in the transcript"
                onClick={() => {
                  onJump(segment_id);
                }}
              >
                <span dir="auto">“{quote}”</span>
              </button>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
