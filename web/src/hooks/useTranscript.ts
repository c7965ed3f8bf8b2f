import type { Room } from 'livekit-client';
import { useCallback, useState } from 'react';
import { forgetLinesOf, type Line, mergeLine, readLine } from '../core/transcript';
import { TRANSCRIPTION } from '../wire/topics';

/**
 * The transcript of a call. Not LiveKit's `useTranscriptions`: that keeps every line for ever
 * and lets anyone who repeats a segment id overwrite the words of somebody else.
 */
export function useTranscript(isErased: (identity: string) => boolean) {
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [refused, setRefused] = useState(0);

  /** To be called before the room connects, so that no line is missed. */
  const listen = useCallback(
    (room: Room) => {
      room.registerTextStreamHandler(TRANSCRIPTION, (reader, sender) => {
        const read = async () => {
          const text = await reader.readAll();
          const line = readLine(reader.info.attributes ?? {}, sender.identity, text);
          if (!line) setRefused((count) => count + 1);
          else if (!isErased(line.identity)) setLines((known) => mergeLine(known, line));
        };
        // A stream that breaks off in the middle is a line that cannot be read.
        read().catch(() => {
          setRefused((count) => count + 1);
        });
      });
    },
    [isErased],
  );

  const forget = useCallback((identity: string) => {
    setLines((known) => forgetLinesOf(known, identity));
  }, []);

  return { lines, refused, listen, forget };
}
