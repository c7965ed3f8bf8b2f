import { ADVICE, AGENT_STATE, RECOGNIZER } from '../wire/topics';
import type { Consent } from './consent';
import type { Role } from './invitation';

export type Connection = 'connecting' | 'connected' | 'reconnecting';

export interface Status {
  /** off: an agent is there, and nobody is transcribed. */
  readonly kind: 'waiting' | 'listening' | 'absent' | 'off';
  readonly text: string;
  /** What advises the host; undefined for guests and while nobody does. */
  readonly advice: string | undefined;
}

/** The states in which LiveKit's clients call an agent ready. */
const READY = ['listening', 'thinking', 'speaking'];

/**
 * Returns the line that tells everybody whether the call is transcribed, and by what.
 * `agent` is undefined while no agent is in the room; `agentWasHere` tells late from gone.
 */
export function describeStatus(
  connection: Connection,
  agent: Readonly<Record<string, string>> | undefined,
  agentWasHere: boolean,
  consent: Consent | undefined,
  role: Role,
): Status {
  if (connection === 'connecting') return waiting('Connecting…');
  if (connection === 'reconnecting') return waiting('Connection lost. Reconnecting…');
  if (!agent && agentWasHere) {
    return absent('Sidenote has left this call: nothing is transcribed now.');
  }
  if (!agent) return absent('Sidenote is not in this call yet: nothing is transcribed.');
  if (!isReady(agent)) {
    return waiting('Sidenote is getting ready: nothing is transcribed yet.');
  }
  const advice = role === 'host' ? agent[ADVICE] : undefined;
  if (consent?.policy === 'off') {
    return { kind: 'off', text: 'Transcription is off: nobody is transcribed.', advice };
  }
  if (typeof consent?.off_the_record_since_ms === 'number') {
    return { kind: 'off', text: 'Off the record: nobody is transcribed.', advice };
  }
  const by = agent[RECOGNIZER] ? ` by ${agent[RECOGNIZER]}` : '';
  const text =
    consent?.policy === 'ask'
      ? `Those who agreed are transcribed${by}.`
      : `This call is transcribed${by}.`;
  return { kind: 'listening', text, advice };
}

/** Whether an agent with these attributes works, as LiveKit's clients see it. */
export function isReady(attributes: Readonly<Record<string, string>>): boolean {
  return READY.includes(attributes[AGENT_STATE] ?? '');
}

function waiting(text: string): Status {
  return { kind: 'waiting', text, advice: undefined };
}

function absent(text: string): Status {
  return { kind: 'absent', text, advice: undefined };
}
