import { answerSound, type Control } from '../core/controls';
import type { OwnSound } from '../core/sound';

interface SoundChoicesProps {
  readonly standing: OwnSound;
  /** Whether what was recorded of the reader has just been deleted. */
  readonly deleted: boolean;
  readonly busy: boolean;
  readonly onAsk: (control: Control) => void;
}

/** The answers about being recorded that one may give now. */
export function SoundChoices({ standing, deleted, busy, onAsk }: SoundChoicesProps) {
  const choice = (text: string, control: Control, look: 'primary' | 'plain' | '' = '') => (
    <button
      key={text}
      type="button"
      className={`button small ${look}`}
      disabled={busy}
      onClick={() => {
        onAsk(control);
      }}
    >
      {text}
    </button>
  );
  switch (standing) {
    case 'unasked':
      return null;
    case 'unanswered':
      return [
        choice('Record me', answerSound('yes'), 'primary'),
        choice('Do not record me', answerSound('no')),
      ];
    case 'recorded':
    case 'agreed':
      return choice('Do not record me', answerSound('no'));
    case 'refused':
      return [
        choice('Record me', answerSound('yes')),
        ...(deleted ? [] : [choice('Delete my recording', answerSound('no', true), 'plain')]),
      ];
  }
}
