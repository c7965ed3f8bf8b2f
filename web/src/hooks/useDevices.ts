import { useEffect, useState } from 'react';

/** The cameras or microphones of this machine; names are empty until one has been opened. */
export function useDevices(kind: 'audioinput' | 'videoinput', opened: boolean): MediaDeviceInfo[] {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);

  useEffect(() => {
    const media = mediaDevices();
    if (!media) return;
    let current = true;
    const list = () => {
      media.enumerateDevices().then(
        (all) => {
          if (current) setDevices(all.filter((device) => device.kind === kind && device.deviceId));
        },
        () => {
          if (current) setDevices([]);
        },
      );
    };
    list();
    media.addEventListener('devicechange', list);
    return () => {
      current = false;
      media.removeEventListener('devicechange', list);
    };
    // Names appear once a device has been opened: list again then.
  }, [kind, opened]);

  return devices;
}

/** Browsers have no media devices at all on plain http from another machine. */
export function mediaDevices(): MediaDevices | undefined {
  return (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
}
