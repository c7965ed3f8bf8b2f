import { ParticipantTile, useMaybeTrackRefContext } from '@livekit/components-react';
import { Track } from 'livekit-client';
import { type Consent, STANDING_WORDS, standingOf } from '../core/consent';

/** One person, with a word on whether they are transcribed; nothing until the agent says so. */
export function Tile({ consent }: { readonly consent: Consent | undefined }) {
  const track = useMaybeTrackRefContext();
  const person = track?.source === Track.Source.Camera ? track.participant : undefined;
  const standing = consent && person && standingOf(consent, person.identity);
  return (
    <div className="tile">
      <ParticipantTile />
      {standing && (
        <p className="standing" data-testid="standing" data-standing={standing}>
          <span className="sr-only">{person.name || person.identity}: </span>
          {STANDING_WORDS[standing]}
        </p>
      )}
    </div>
  );
}
