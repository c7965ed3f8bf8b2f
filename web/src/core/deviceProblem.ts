import type { Problem } from './problem';

export type Device = 'microphone' | 'camera';

/** Says in plain words why a camera or microphone did not open, and what to do. */
export function describeDeviceProblem(device: Device, errorName: string): Problem {
  switch (errorName) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      return {
        title: `The ${device} is blocked`,
        detail: `This browser does not let the page use the ${device}.`,
        remedy: `Click the sign left of the address, allow the ${device}, and try again. You can also join without it.`,
        canRetry: true,
      };
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return {
        title: `No ${device} found`,
        detail: `This computer has no ${device}, or it is not plugged in.`,
        remedy: `Plug one in and try again, or join without it.`,
        canRetry: true,
      };
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return {
        title: `The ${device} is busy`,
        detail: `Another program seems to be using the ${device}.`,
        remedy: `Close that program and try again, or choose another ${device}.`,
        canRetry: true,
      };
    case 'Insecure':
      return {
        title: `No ${device} on this address`,
        detail: `Browsers open the ${device} on https pages and on localhost only.`,
        remedy: 'Open the page over https. Without it you can still join, to listen and read.',
        canRetry: false,
      };
    default:
      return {
        title: `The ${device} did not start`,
        detail: `The browser could not open the ${device}.`,
        remedy: `Choose another ${device} and try again, or join without it.`,
        canRetry: true,
      };
  }
}
