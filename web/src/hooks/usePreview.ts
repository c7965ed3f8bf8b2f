import {
  createLocalAudioTrack,
  createLocalVideoTrack,
  type LocalAudioTrack,
  type LocalVideoTrack,
} from 'livekit-client';
import { useCallback, useEffect, useState } from 'react';
import { describeDeviceProblem, type Device } from '../core/deviceProblem';
import type { Problem } from '../core/problem';
import { mediaDevices } from './useDevices';

interface Preview<Track> {
  readonly track: Track | undefined;
  readonly problem: Problem | undefined;
  readonly retry: () => void;
}

interface Outcome<Track> {
  readonly track?: Track;
  readonly problem?: Problem;
}

type Open<Track> = (options: { deviceId: string }) => Promise<Track>;

export function useCameraPreview(wanted: boolean, deviceId: string): Preview<LocalVideoTrack> {
  return usePreview('camera', createLocalVideoTrack, wanted, deviceId);
}

export function useMicrophonePreview(wanted: boolean, deviceId: string): Preview<LocalAudioTrack> {
  return usePreview('microphone', createLocalAudioTrack, wanted, deviceId);
}

/** Keeps one device open while it is wanted, apart from the other: either works alone. */
function usePreview<Track extends LocalAudioTrack | LocalVideoTrack>(
  device: Device,
  open: Open<Track>,
  wanted: boolean,
  deviceId: string,
): Preview<Track> {
  const [outcome, setOutcome] = useState<Outcome<Track>>({});
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (!wanted) return;
    let current = true;
    let opened: Track | undefined;
    const start = async () => {
      if (!mediaDevices()) throw new DOMException('no media devices', 'Insecure');
      const track = await open({ deviceId });
      if (!current) {
        track.stop();
        return;
      }
      opened = track;
      setOutcome({ track });
    };
    start().catch((error: unknown) => {
      const name = error instanceof Error ? error.name : '';
      if (current) setOutcome({ problem: describeDeviceProblem(device, name) });
    });
    return () => {
      current = false;
      opened?.stop();
      setOutcome({});
    };
  }, [device, open, wanted, deviceId, attempt]);

  const retry = useCallback(() => {
    setAttempt((count) => count + 1);
  }, []);
  return { track: outcome.track, problem: outcome.problem, retry };
}
