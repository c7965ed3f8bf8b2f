import { type SoundState, soundStateSchema } from '../wire/soundState';
import { readText } from './message';
import { isDate } from './schema';

/** What is recorded, as the agent says. */
export interface Sound {
  /** Undefined: no recording runs. */
  readonly onSinceMs: number | undefined;
  readonly answers: ReadonlyMap<string, 'yes' | 'no'>;
  /** Identities of those whose voice is on it. */
  readonly recorded: readonly string[];
}

/** How one stands to the recording. */
export type OwnSound = 'unasked' | 'unanswered' | 'recorded' | 'agreed' | 'refused';

/** Returns what the agent's attribute says, or undefined if it cannot be read. */
export function readSound(text: string): Sound | undefined {
  const read = readText(soundStateSchema, text) as SoundState | undefined;
  if (!read) return undefined;
  const since = read.on_since_ms ?? null;
  if (since !== null && !isDate(since)) return undefined;
  return {
    onSinceMs: since ?? undefined,
    answers: new Map(Object.entries(read.answers ?? {})),
    recorded: read.recorded ?? [],
  };
}

/** Nobody is asked before a host turns the recording on. */
export function ownSound({ onSinceMs, answers, recorded }: Sound, identity: string): OwnSound {
  const answer = answers.get(identity);
  if (answer === 'no') return 'refused';
  if (onSinceMs === undefined) return answer === 'yes' ? 'agreed' : 'unasked';
  if (answer === undefined) return 'unanswered';
  return recorded.includes(identity) ? 'recorded' : 'agreed';
}

/** What a participant reads of themself. */
export const OWN_SOUND_WORDS: Readonly<Record<OwnSound, string>> = {
  unasked: '',
  unanswered: 'Until you answer, your voice is not recorded.',
  recorded: 'Your voice is recorded.',
  agreed: 'You agreed to be recorded.',
  refused: 'Your voice is not recorded.',
};
