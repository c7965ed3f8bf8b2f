import { useParticipants } from '@livekit/components-react';
import { useRef, useState } from 'react';
import { type Control, recordSound } from '../core/controls';
import type { Role } from '../core/invitation';
import { listNames } from '../core/meetings';
import { OWN_SOUND_WORDS, ownSound, type Sound } from '../core/sound';
import { useKeptFocus } from '../hooks/useKeptFocus';
import { useRequests } from '../hooks/useRequests';
import { ProblemNotice } from './ProblemNotice';
import { SoundChoices } from './SoundChoices';

interface SoundStripProps {
  readonly sound: Sound;
  /** Identity of the person who reads. */
  readonly self: string;
  readonly role: Role;
}

/** Under the header: whether the sound is recorded and whose, for everybody, and what one may do. */
export function SoundStrip({ sound, self, role }: SoundStripProps) {
  const { ask, asking, failure, closeFailure } = useRequests();
  const [deleted, setDeleted] = useState(false);
  const strip = useRef<HTMLElement>(null);
  const standing = ownSound(sound, self);
  const on = sound.onSinceMs !== undefined;
  const busy = asking !== undefined;
  useKeptFocus(strip, `${standing} ${on} ${busy}`);
  if (standing === 'unasked') return null;

  const onAsk = (control: Control) => {
    void ask(control).then((done) => {
      if (done) setDeleted(control.request === 'sound_erase');
    });
  };
  return (
    <div className="strip-area">
      <section
        className="strip"
        ref={strip}
        tabIndex={-1}
        aria-label="Recording"
        data-testid="sound"
        data-standing={standing}
      >
        <Recording sound={sound} />
        <div className="own">
          <p role="status">
            {standing === 'unanswered' && <b>May your voice be recorded? </b>}
            {deleted ? 'What was recorded of you is deleted.' : OWN_SOUND_WORDS[standing]}
          </p>
          <div className="choices">
            <SoundChoices standing={standing} deleted={deleted} busy={busy} onAsk={onAsk} />
            {role === 'host' && on && (
              <button
                type="button"
                className="button small plain"
                disabled={busy}
                onClick={() => {
                  onAsk(recordSound(false));
                }}
              >
                Stop recording
              </button>
            )}
          </div>
        </div>
      </section>
      {failure && (
        <ProblemNotice
          problem={failure.problem}
          onClose={closeFailure}
          onRetry={() => {
            onAsk(failure.control);
          }}
        />
      )}
    </div>
  );
}

/** The mark that everybody sees while a recording runs, with the names of who is on it. */
function Recording({ sound }: { readonly sound: Sound }) {
  const participants = useParticipants();
  const names = sound.recorded.map((identity) => {
    const one = participants.find((participant) => participant.identity === identity);
    return one?.name ? one.name : 'somebody who left';
  });
  return (
    <div className="recording" role="status" data-testid="recording">
      {sound.onSinceMs !== undefined && (
        <p>{names.length > 0 ? `Recording ${listNames(names)}` : 'Recording nobody yet'}</p>
      )}
    </div>
  );
}
