import { DisconnectReason, Room, RoomEvent, TokenSource } from 'livekit-client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Device, describeDeviceProblem } from '../core/deviceProblem';
import { describeFarewell, type Farewell } from '../core/farewell';
import type { Invitation } from '../core/invitation';
import { describeConnectFailure, type Problem, readTokenError } from '../core/problem';
import { keepSeed, tabStore } from '../core/seed';

/** What somebody chose in the lobby; an empty device id leaves the choice to the browser. */
export interface Choices {
  readonly name: string;
  readonly microphone: boolean;
  readonly microphoneId: string;
  readonly camera: boolean;
  readonly cameraId: string;
}

export type Phase =
  | { readonly step: 'lobby'; readonly problem?: Problem }
  | { readonly step: 'joining' }
  | { readonly step: 'call'; readonly room: Room }
  | { readonly step: 'left'; readonly farewell: Farewell };

/** One seat in one call: joins, leaves and joins again. `listen` sees each room before it opens. */
export function useCall(invitation: Invitation, listen: (room: Room) => void) {
  const [phase, setPhase] = useState<Phase>({ step: 'lobby' });
  const [deviceProblem, setDeviceProblem] = useState<Problem>();
  const current = useRef<Room>(undefined);
  const tokens = useMemo(
    () =>
      TokenSource.endpoint('/tokens', { headers: { Authorization: `Bearer ${invitation.jwt}` } }),
    [invitation.jwt],
  );

  const onDeviceError = useCallback((device: Device, error: unknown) => {
    setDeviceProblem(describeDeviceProblem(device, error instanceof Error ? error.name : ''));
  }, []);

  const join = useCallback(
    async (choices: Choices) => {
      setPhase({ step: 'joining' });
      setDeviceProblem(undefined);
      const room = new Room({ adaptiveStream: true, dynacast: true });
      current.current = room;
      listen(room);
      const access = await fetchAccess(tokens, invitation, choices.name);
      if (current.current !== room) return;
      if ('problem' in access) {
        setPhase({ step: 'lobby', problem: access.problem });
        return;
      }
      try {
        await room.connect(access.serverUrl, access.participantToken);
      } catch {
        setPhase({ step: 'lobby', problem: describeConnectFailure(access.serverUrl) });
        return;
      }
      room.on(RoomEvent.Disconnected, (reason) => {
        const name = reason === undefined ? undefined : DisconnectReason[reason];
        if (current.current === room) setPhase({ step: 'left', farewell: describeFarewell(name) });
      });
      setPhase({ step: 'call', room });
      await openDevices(room, choices, onDeviceError);
    },
    [invitation, listen, onDeviceError, tokens],
  );

  // Leaving the page's view of this call leaves the call.
  useEffect(
    () => () => {
      void current.current?.disconnect();
      current.current = undefined;
    },
    [],
  );

  const forgetDeviceProblem = useCallback(() => {
    setDeviceProblem(undefined);
  }, []);
  return { phase, join, deviceProblem, onDeviceError, forgetDeviceProblem };
}

async function fetchAccess(
  tokens: ReturnType<typeof TokenSource.endpoint>,
  invitation: Invitation,
  participantName: string,
) {
  const participantIdentity = keepSeed(tabStore(), invitation.room, invitation.role);
  const wish = { roomName: invitation.room, participantName, participantIdentity };
  try {
    // A kept token could open a room that has been closed since: always ask anew.
    return await tokens.fetch(wish, true);
  } catch (error) {
    return { problem: readTokenError(error) };
  }
}

/** The microphone goes first: what is said matters more here than what is seen. */
async function openDevices(
  room: Room,
  choices: Choices,
  onDeviceError: (device: Device, error: unknown) => void,
): Promise<void> {
  const { localParticipant } = room;
  if (choices.microphone) {
    await localParticipant
      .setMicrophoneEnabled(true, { deviceId: choices.microphoneId })
      .catch((error: unknown) => {
        onDeviceError('microphone', error);
      });
  }
  if (choices.camera) {
    await localParticipant
      .setCameraEnabled(true, { deviceId: choices.cameraId })
      .catch((error: unknown) => {
        onDeviceError('camera', error);
      });
  }
}
