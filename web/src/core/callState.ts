import { type CallState as Received, callStateSchema } from '../wire/callState';
import { readMessage, readValue } from './message';

/** What the hosts have set for this call; fields that the sender left out carry their default. */
export type CallState = Required<Received>;

/** Returns what the message says, or undefined if it is malformed or of a later protocol. */
export function readCallState(payload: Uint8Array): CallState | undefined {
  return readMessage(callStateSchema, payload) as CallState | undefined;
}

/** The same for a state within another message. */
export function readCaughtState(value: unknown): CallState | undefined {
  return readValue(callStateSchema, value) as CallState | undefined;
}

/** Says who advises the host now, and why not more; undefined while all is as it should be. */
export function describeQuiet(state: CallState): string | undefined {
  if (state.paused) return 'Advice is paused. The transcript goes on.';
  if (state.model_quiet_because === '') return undefined;
  return `No model answers: ${withoutStop(state.model_quiet_because)}. The playbook goes on.`;
}

/** Says what speaks aloud, or why nothing does. */
export function describeVoice(state: CallState): string {
  if (state.voice === '') {
    const reason = withoutStop(state.voice_missing_because);
    return reason === '' ? 'Nothing can speak aloud.' : `Nothing can speak aloud: ${reason}.`;
  }
  return state.muted ? `${state.voice} is silent.` : `${state.voice} reads aloud what you ask for.`;
}

function withoutStop(text: string): string {
  return text.trim().replace(/\.$/, '');
}
