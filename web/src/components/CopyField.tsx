import { useRef, useState } from 'react';

interface CopyFieldProps {
  readonly label: string;
  readonly text: string;
  readonly testId: string;
}

/** A text to copy; where the browser forbids copying, it is selected for the keyboard. */
export function CopyField({ label, text, testId }: CopyFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState('');

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('Copied');
    } catch {
      field.current?.select();
      setOutcome('Press Ctrl+C to copy');
    }
  };

  return (
    <div className="copy">
      <input
        ref={field}
        type="text"
        readOnly
        value={text}
        aria-label={label}
        data-testid={testId}
        onFocus={(event) => {
          event.target.select();
        }}
      />
      <button
        type="button"
        className="button"
        aria-label={`Copy: ${label}`}
        onClick={() => {
          void copy();
        }}
      >
        {outcome === 'Copied' ? 'Copied' : 'Copy'}
      </button>
      <span className={outcome === 'Copied' ? 'sr-only' : 'quiet'} role="status">
        {outcome}
      </span>
    </div>
  );
}
