import type { LocalVideoTrack } from 'livekit-client';
import { useEffect, useRef } from 'react';

interface PictureProps {
  readonly track: LocalVideoTrack | undefined;
  readonly name: string;
}

/** The camera as the others will see it, or the initial of the name. */
export function Picture({ track, name }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    const element = video.current;
    if (!element || !track) return;
    track.attach(element);
    return () => {
      track.detach(element);
    };
  }, [track]);

  return (
    <div className="picture">
      <video ref={video} muted playsInline hidden={!track} aria-label="Your camera" />
      {!track && (
        <span className="initial" aria-hidden="true">
          {Array.from(name.trim())[0]?.toUpperCase() ?? '?'}
        </span>
      )}
    </div>
  );
}
