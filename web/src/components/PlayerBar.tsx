import { useState } from 'react';
import type { Player } from '../hooks/usePlayer';

interface PlayerBarProps {
  readonly url: string;
  readonly player: Player;
  /** Asks for another link: one is good for some hours. */
  readonly onLost: () => void;
}

/** The sound of the meeting, at the bottom of its page. */
export function PlayerBar({ url, player, onLost }: PlayerBarProps) {
  const [lost, setLost] = useState('');
  return (
    <section className="player" aria-label="Sound">
      <audio
        ref={player.audio}
        controls
        preload="metadata"
        src={url}
        onTimeUpdate={player.onTime}
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
