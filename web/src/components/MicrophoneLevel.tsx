import { useTrackVolume } from '@livekit/components-react';
import type { LocalAudioTrack } from 'livekit-client';

/** Shows that the microphone hears something. */
export function MicrophoneLevel({ track }: { readonly track: LocalAudioTrack | undefined }) {
  const volume = useTrackVolume(track);
  const level = track ? Math.min(1, volume * 2.5) : 0;
  return (
    <div className="level" aria-hidden="true" data-on={track !== undefined}>
      <span style={{ transform: `scaleX(${level})` }} />
    </div>
  );
}
