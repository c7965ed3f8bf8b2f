import { type ReactNode, useRef, useState } from 'react';
import { type Consent, OWN_WORDS, type Standing, standingOf } from '../core/consent';
import { CONSENT_CONTROLS, type ConsentRequest } from '../core/controls';
import type { Role } from '../core/invitation';
import { useKeptFocus } from '../hooks/useKeptFocus';
import { useRequests } from '../hooks/useRequests';
import { ConsentChoices, type Earlier } from './ConsentChoices';
import { OffTheRecord } from './OffTheRecord';
import { ProblemNotice } from './ProblemNotice';

interface ConsentStripProps {
  readonly consent: Consent;
  /** Identity of the person who reads. */
  readonly self: string;
  readonly role: Role;
}

/** Under the header, for everybody: whether one is transcribed, and how to change it. */
export function ConsentStrip({ consent, self, role }: ConsentStripProps) {
  const { ask, asking, failure, closeFailure } = useRequests();
  const [earlier, setEarlier] = useState<Earlier>('kept');
  const [asked, setAsked] = useState<ConsentRequest>();
  const standing = standingOf(consent, self);
  const busy = asking !== undefined;
  const onAsk = (request: ConsentRequest) => {
    setAsked(request);
    void ask(CONSENT_CONTROLS[request]).then((done) => {
      if (!done) return;
      if (request === 'yes') setEarlier('kept');
      if (request === 'erase') setEarlier('forgotten');
      // Who was never heard has said nothing that could be forgotten.
      if (request === 'no' && standing !== 'unanswered') setEarlier('offered');
    });
  };
  const strip = useRef<HTMLElement>(null);
  useKeptFocus(strip, `${standing} ${earlier} ${busy}`);

  return (
    <div className="strip-area">
      <section
        className="strip"
        ref={strip}
        tabIndex={-1}
        aria-label="Transcription"
        data-testid="own-standing"
        data-standing={standing}
      >
        <OffTheRecord consent={consent} role={role} busy={busy} onAsk={onAsk} />
        <div className="own">
          <p role="status">{describeOwn(standing, earlier)}</p>
          <div className="choices">
            <ConsentChoices
              standing={standing}
              earlier={earlier}
              busy={busy}
              onAsk={onAsk}
              onEarlier={setEarlier}
            />
          </div>
        </div>
      </section>
      {failure && (
        <ProblemNotice
          problem={failure.problem}
          onClose={closeFailure}
          onRetry={() => {
            if (asked) onAsk(asked);
          }}
        />
      )}
    </div>
  );
}

function describeOwn(standing: Standing, earlier: Earlier): ReactNode {
  if (standing === 'unanswered') {
    return (
      <>
        <b>May what you say be transcribed?</b> {OWN_WORDS.unanswered}
      </>
    );
  }
  if (standing !== 'refused' || earlier === 'kept') return OWN_WORDS[standing];
  if (earlier === 'forgotten') return 'You are not transcribed, and what you said is forgotten.';
  return (
    <>
      {OWN_WORDS.refused} <b>And forget what you said before?</b> It goes from everybody’s
      transcript, for good.
    </>
  );
}
