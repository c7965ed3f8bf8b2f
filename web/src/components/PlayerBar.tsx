import { type RefObject, useState } from 'react';

interface PlayerBarProps {
  readonly url: string;
  readonly audio: RefObject<HTMLAudioElement | null>;
  readonly onTime: () => void;
  /** Asks for another link: one is good for some hours. */
  readonly onLost: () => void;
}

/** The sound of the meeting, at the bottom of its page. */
export function PlayerBar({ url, audio, onTime, onLost }: PlayerBarProps) {
  const [lost, setLost] = useState('');
  return (
    <section className="player" aria-label="Sound">
      <audio
        ref={audio}
        controls
        preload="metadata"
        src={url}
        onTimeUpdate={onTime}
        onError={() => {
          setLost(url);
        }}
      />
      {lost === url && (
        <p role="alert">
          The sound cannot be played.{' '}
          <button type="button" className="link" onClick={onLost}>
            Try again
          </button>
        </p>
      )}
    </section>
  );
}
