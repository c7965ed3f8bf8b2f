import { type RefObject, useCallback, useRef, useState } from 'react';
import type { MixedSound } from '../core/meetingParts';
import { findHeard } from '../core/spoken';
import type { Line } from '../core/transcript';

export interface Player {
  readonly audio: RefObject<HTMLAudioElement | null>;
  /** Key of the line that is heard now. */
  readonly heard: string | undefined;
  readonly onTime: () => void;
  readonly playFrom: (line: Line) => void;
}

/** Plays the sound of a meeting from any of its lines, and tells which line is heard. */
export function usePlayer(mixed: MixedSound | undefined, lines: readonly Line[]): Player {
  const audio = useRef<HTMLAudioElement>(null);
  const [heard, setHeard] = useState<string>();
  const onTime = useCallback(() => {
    if (!mixed || !audio.current) return;
    const atMs = mixed.started_at_ms + audio.current.currentTime * 1000;
    setHeard(findHeard(lines, atMs)?.key);
  }, [mixed, lines]);
  const playFrom = useCallback(
    (line: Line) => {
      if (!mixed || !audio.current) return;
      audio.current.currentTime = Math.max(0, line.startedAtMs - mixed.started_at_ms) / 1000;
      // A browser that will not play leaves its own button to be pressed.
      audio.current.play().catch(() => undefined);
    },
    [mixed],
  );
  return { audio, heard, onTime, playFrom };
}
