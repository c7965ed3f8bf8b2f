import { type Alert as Received, alertSchema } from '../wire/alert';
import { readMessage } from './message';
import { isDate } from './schema';

/** Somebody has said a host's name, or a word of the host's profile. */
export type Alert = Required<Received>;

const KEPT = 5;

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readAlert(payload: Uint8Array): Alert | undefined {
  const alert = readMessage(alertSchema, payload) as Alert | undefined;
  return alert && isDate(alert.at_ms) ? alert : undefined;
}

/** Returns the alerts with one more, once, newest first; the newest five. */
export function mergeAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  return alerts.some(({ id }) => id === alert.id) ? alerts : [alert, ...alerts].slice(0, KEPT);
}

export function dropAlert(alerts: readonly Alert[], id: string): readonly Alert[] {
  return alerts.filter((alert) => alert.id !== id);
}

/** Returns the alerts without what this person said. */
export function forgetAlerts(alerts: readonly Alert[], identity: string): readonly Alert[] {
  return alerts.filter((alert) => alert.speaker_identity !== identity);
}
