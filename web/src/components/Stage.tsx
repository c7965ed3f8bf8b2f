import {
  CarouselLayout,
  FocusLayout,
  FocusLayoutContainer,
  GridLayout,
  StartAudio,
  useTracks,
} from '@livekit/components-react';
import { Track } from 'livekit-client';
import type { ReactNode } from 'react';
import type { Consent } from '../core/consent';
import type { Device } from '../core/deviceProblem';
import type { Invitation } from '../core/invitation';
import type { Config } from '../core/tokenServer';
import { Controls } from './Controls';
import { Tile } from './Tile';

interface StageProps {
  readonly config: Config;
  readonly invitation: Invitation;
  readonly consent: Consent | undefined;
  readonly onDeviceError: (device: Device, error: unknown) => void;
  /** A notice to show above the controls. */
  readonly children: ReactNode;
}

const SOURCES = [
  { source: Track.Source.Camera, withPlaceholder: true },
  { source: Track.Source.ScreenShare, withPlaceholder: false },
];

/** The people of the call (the agent has no picture and gets no tile) and the controls. */
export function Stage({ config, invitation, consent, onDeviceError, children }: StageProps) {
  const tracks = useTracks(SOURCES, { onlySubscribed: false });
  const people = tracks.filter(({ participant }) => !participant.isAgent);
  const screen = people.find(({ source }) => source === Track.Source.ScreenShare);
  const other = config.roles[invitation.role === 'host' ? 'guest' : 'host'];
  const alone = people.every(({ participant }) => participant.isLocal);

  return (
    <section className="stage" aria-label="People">
      {alone && (
        <p className="alone">
          Nobody else is here yet.{' '}
          {invitation.role === 'host'
            ? `Send the ${other.toLowerCase()} their link.`
            : `The ${other.toLowerCase()} will be with you soon.`}
        </p>
      )}
      <div className="tiles">
        {screen ? (
          <FocusLayoutContainer>
            <CarouselLayout tracks={people.filter((track) => track !== screen)}>
              <Tile consent={consent} />
            </CarouselLayout>
            <FocusLayout trackRef={screen} />
          </FocusLayoutContainer>
        ) : (
          <GridLayout tracks={people}>
            <Tile consent={consent} />
          </GridLayout>
        )}
      </div>
      {children}
      <StartAudio label="Your browser keeps the sound off: click to hear the others" />
      <Controls onDeviceError={onDeviceError} />
    </section>
  );
}
