// Made by `npm run wire` from wire/schema; do not edit.
export const PROTOCOL_VERSION = 1;
export const AGENT_NAME = 'sidenote';
export const TRANSCRIPTION = 'lk.transcription';
export const TALKING_POINT = 'sidenote.talking_point';
export const AGENT_STATE = 'lk.agent.state';
export const RECOGNIZER = 'sidenote.recognizer';
export const ADVICE = 'sidenote.advice';
