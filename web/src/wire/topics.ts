// Made by `npm run wire` from wire/schema; do not edit.
export const PROTOCOL_VERSION = 1;
export const AGENT_NAME = 'sidenote';
export const TRANSCRIPTION = 'lk.transcription';
export const TALKING_POINT = 'sidenote.talking_point';
export const AGENT_STATE = 'lk.agent.state';
export const RECOGNIZER = 'sidenote.recognizer';
export const ADVICE = 'sidenote.advice';
export const CONSENT_METHOD = 'sidenote.consent';
export const OFF_THE_RECORD_METHOD = 'sidenote.off_the_record';
export const CONSENT_STATE = 'sidenote.consent';
export const ERASED = 'sidenote.erased';
export const BAD_REQUEST = 4000;
export const NOT_ALLOWED = 4003;
export const UNAVAILABLE = 5003;
export const TOO_MANY_REQUESTS = 4029;
export const COVERAGE = 'sidenote.coverage';
export const NOTICE = 'sidenote.notice';
