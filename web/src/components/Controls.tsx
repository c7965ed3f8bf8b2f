import {
  DisconnectButton,
  LeaveIcon,
  MediaDeviceMenu,
  TrackToggle,
} from '@livekit/components-react';
import { Track } from 'livekit-client';
import type { Device } from '../core/deviceProblem';

interface ControlsProps {
  readonly onDeviceError: (device: Device, error: unknown) => void;
}

const CAN_SHARE_SCREEN =
  typeof (navigator.mediaDevices as Partial<MediaDevices> | undefined)?.getDisplayMedia ===
  'function';

/** LiveKit's own buttons, each with a name: its stock control bar leaves icons without one. */
export function Controls({ onDeviceError }: ControlsProps) {
  return (
    <div className="controls lk-control-bar" role="group" aria-label="Call controls">
      <div className="lk-button-group">
        <TrackToggle
          source={Track.Source.Microphone}
          aria-label="Microphone"
          onDeviceError={(error) => {
            onDeviceError('microphone', error);
          }}
        >
          <span className="control-text">Microphone</span>
        </TrackToggle>
        <div className="lk-button-group-menu">
          <MediaDeviceMenu kind="audioinput" aria-label="Choose the microphone" />
        </div>
      </div>
      <div className="lk-button-group">
        <TrackToggle
          source={Track.Source.Camera}
          aria-label="Camera"
          onDeviceError={(error) => {
            onDeviceError('camera', error);
          }}
        >
          <span className="control-text">Camera</span>
        </TrackToggle>
        <div className="lk-button-group-menu">
          <MediaDeviceMenu kind="videoinput" aria-label="Choose the camera" />
        </div>
      </div>
      {CAN_SHARE_SCREEN && (
        <TrackToggle
          source={Track.Source.ScreenShare}
          aria-label="Share your screen"
          captureOptions={{ audio: true, selfBrowserSurface: 'include' }}
        >
          <span className="control-text">Share screen</span>
        </TrackToggle>
      )}
      <DisconnectButton aria-label="Leave">
        <LeaveIcon />
        <span className="control-text">Leave</span>
      </DisconnectButton>
    </div>
  );
}
