import type { TalkingPoint } from './talkingPoints';

/** Who thought of a talking point. */
export const SOURCES: Readonly<Record<TalkingPoint['source'], string>> = {
  playbook: 'Playbook',
  model: 'Model',
  brief: 'Brief',
};

const FATES: Readonly<Record<TalkingPoint['state'], string>> = {
  shown: 'Stood until the end',
  withdrawn: 'Said, or no longer true',
  expired: 'Its time ran out',
  dismissed: 'Dismissed',
};

/** What became of a talking point, and what its host thought of it. */
export function describeFate({ state, pinned, useful }: TalkingPoint): string {
  const rated = useful === null ? [] : [useful ? 'useful' : 'not useful'];
  return [FATES[state], ...(pinned ? ['pinned'] : []), ...rated].join(', ');
}
