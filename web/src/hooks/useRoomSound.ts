import type { Room } from 'livekit-client';
import { useCallback, useMemo, useState } from 'react';
import { readSound, type Sound } from '../core/sound';
import { SOUND_STATE } from '../wire/topics';
import { followAttribute } from './agents';

/** Whether the sound is recorded, and whose, as the agent says. */
export function useRoomSound() {
  const [sound, setSound] = useState<Sound>();
  const [unreadable, setUnreadable] = useState(0);
  /** To be called before the room connects. */
  const listen = useCallback((room: Room) => {
    followAttribute(room, SOUND_STATE, (text) => {
      const read = text === undefined ? undefined : readSound(text);
      setSound(read);
      if (text !== undefined && !read) setUnreadable((count) => count + 1);
    });
  }, []);
  return useMemo(() => ({ sound, unreadable, listen }), [sound, unreadable, listen]);
}
