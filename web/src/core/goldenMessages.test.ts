// The same golden messages are read by tests/wire/test_messages.py: neither side can drift.
import { describe, expect, test } from 'vitest';
import accepted from '../../../tests/wire/accepted.json';
import alerts from '../../../tests/wire/alerts.json';
import answers from '../../../tests/wire/answers.json';
import askRequests from '../../../tests/wire/ask_requests.json';
import callStates from '../../../tests/wire/call_states.json';
import catchUpReplies from '../../../tests/wire/catch_up_replies.json';
import catchUpRequests from '../../../tests/wire/catch_up_requests.json';
import consentRequests from '../../../tests/wire/consent_requests.json';
import consentStates from '../../../tests/wire/consent_states.json';
import costReports from '../../../tests/wire/cost_reports.json';
import coverageReports from '../../../tests/wire/coverage_reports.json';
import erased from '../../../tests/wire/erased.json';
import gaps from '../../../tests/wire/gaps.json';
import minutes from '../../../tests/wire/minutes.json';
import notices from '../../../tests/wire/notices.json';
import offTheRecordRequests from '../../../tests/wire/off_the_record_requests.json';
import pinRequests from '../../../tests/wire/pin_requests.json';
import playbookRequests from '../../../tests/wire/playbook_requests.json';
import pointRequests from '../../../tests/wire/point_requests.json';
import promptRequests from '../../../tests/wire/prompt_requests.json';
import soundConsentRequests from '../../../tests/wire/sound_consent_requests.json';
import soundRequests from '../../../tests/wire/sound_requests.json';
import soundStates from '../../../tests/wire/sound_states.json';
import statisticsReports from '../../../tests/wire/statistics_reports.json';
import points from '../../../tests/wire/talking_points.json';
import taskConfirmRequests from '../../../tests/wire/task_confirm_requests.json';
import taskRequests from '../../../tests/wire/task_requests.json';
import tasks from '../../../tests/wire/tasks.json';
import attributes from '../../../tests/wire/transcript_attributes.json';
import usefulRequests from '../../../tests/wire/useful_requests.json';
import { acceptedSchema } from '../wire/accepted';
import { alertSchema } from '../wire/alert';
import { answerSchema } from '../wire/answer';
import { askRequestSchema } from '../wire/askRequest';
import { callStateSchema } from '../wire/callState';
import { catchUpReplySchema } from '../wire/catchUpReply';
import { catchUpRequestSchema } from '../wire/catchUpRequest';
import { consentRequestSchema } from '../wire/consentRequest';
import { consentStateSchema } from '../wire/consentState';
import { costReportSchema } from '../wire/costReport';
import { coverageReportSchema } from '../wire/coverageReport';
import { erasedSchema } from '../wire/erased';
import { gapSchema } from '../wire/gap';
import { minutesSchema } from '../wire/minutes';
import { noticeSchema } from '../wire/notice';
import { offTheRecordRequestSchema } from '../wire/offTheRecordRequest';
import { pinRequestSchema } from '../wire/pinRequest';
import { playbookRequestSchema } from '../wire/playbookRequest';
import { pointRequestSchema } from '../wire/pointRequest';
import { promptRequestSchema } from '../wire/promptRequest';
import { soundConsentRequestSchema } from '../wire/soundConsentRequest';
import { soundRequestSchema } from '../wire/soundRequest';
import { soundStateSchema } from '../wire/soundState';
import { statisticsReportSchema } from '../wire/statisticsReport';
import { talkingPointSchema } from '../wire/talkingPoint';
import { taskSchema } from '../wire/task';
import { taskConfirmRequestSchema } from '../wire/taskConfirmRequest';
import { taskRequestSchema } from '../wire/taskRequest';
import { usefulRequestSchema } from '../wire/usefulRequest';
import { readAlert } from './alerts';
import { readAnswer } from './answers';
import { readCallState } from './callState';
import { readCatchUp } from './catchUp';
import { readConsent, readErased } from './consent';
import { readCosts } from './costs';
import { readCoverage } from './coverage';
import { readGap } from './gaps';
import { readMinutes } from './minutes';
import { readNotice } from './notices';
import { readObject, type Schema } from './schema';
import { readSound } from './sound';
import { readStatistics } from './statistics';
import { readTalkingPoint } from './talkingPoints';
import { readTask } from './tasks';
import { readAttributes } from './transcript';

const encode = (message: unknown) => new TextEncoder().encode(JSON.stringify(message));

describe('talking points', () => {
  test.each(points.valid)('valid: $name', ({ message }) => {
    expect(readObject(talkingPointSchema, message)).toMatchObject(message);
  });

  test.each(points.invalid)('invalid: $name', ({ message }) => {
    expect(readObject(talkingPointSchema, message)).toBeUndefined();
    expect(readTalkingPoint(encode(message))).toBeUndefined();
  });
});

describe('transcript attributes', () => {
  test.each(attributes.valid)('valid: $name', (golden) => {
    expect(readAttributes(golden.attributes as unknown as Record<string, string>)).toEqual(
      golden.reads,
    );
  });

  test.each(attributes.invalid)('invalid: $name', (golden) => {
    expect(readAttributes(golden.attributes as unknown as Record<string, string>)).toBeUndefined();
  });
});

interface Golden {
  readonly valid: readonly { readonly name: string; readonly message: object }[];
  readonly invalid: readonly { readonly name: string; readonly message: object }[];
}

type Read = (message: unknown) => unknown;

/** What this page reads, and what it writes, which the agent reads by the same schema. */
const MODELS: readonly [string, Golden, Schema, Read?][] = [
  ['consent request', consentRequests, consentRequestSchema],
  ['off the record request', offTheRecordRequests, offTheRecordRequestSchema],
  ['ask request', askRequests, askRequestSchema],
  ['catch up request', catchUpRequests, catchUpRequestSchema],
  ['pin request', pinRequests, pinRequestSchema],
  ['playbook request', playbookRequests, playbookRequestSchema],
  ['point request', pointRequests, pointRequestSchema],
  ['prompt request', promptRequests, promptRequestSchema],
  ['task confirm request', taskConfirmRequests, taskConfirmRequestSchema],
  ['task request', taskRequests, taskRequestSchema],
  ['useful request', usefulRequests, usefulRequestSchema],
  ['sound consent request', soundConsentRequests, soundConsentRequestSchema],
  ['sound request', soundRequests, soundRequestSchema],
  ['accepted', accepted, acceptedSchema],
  ['alert', alerts, alertSchema, (message) => readAlert(encode(message))],
  ['minutes', minutes, minutesSchema, (message) => readMinutes(JSON.stringify(message))],
  ['sound state', soundStates, soundStateSchema, (message) => readSound(JSON.stringify(message))],
  ['answer', answers, answerSchema, (message) => readAnswer(encode(message))],
  ['call state', callStates, callStateSchema, (message) => readCallState(encode(message))],
  [
    'catch up reply',
    catchUpReplies,
    catchUpReplySchema,
    (message) => readCatchUp(JSON.stringify(message)),
  ],
  ['cost report', costReports, costReportSchema, (message) => readCosts(encode(message))],
  ['task', tasks, taskSchema, (message) => readTask(encode(message))],
  [
    'consent state',
    consentStates,
    consentStateSchema,
    (message) => readConsent(JSON.stringify(message)),
  ],
  ['erased', erased, erasedSchema, (message) => readErased(encode(message))],
  ['gap', gaps, gapSchema, (message) => readGap(encode(message))],
  ['notice', notices, noticeSchema, (message) => readNotice(encode(message))],
  [
    'coverage report',
    coverageReports,
    coverageReportSchema,
    (message) => readCoverage(encode(message)),
  ],
  [
    'statistics report',
    statisticsReports,
    statisticsReportSchema,
    (message) => readStatistics(encode(message)),
  ],
];

describe.each(MODELS)('%s', (_, golden, schema, read) => {
  test.each(golden.valid)('valid: $name', ({ message }) => {
    expect(readObject(schema, message)).toMatchObject(message);
    if (read) expect(read(message)).toBeDefined();
  });

  test.each(golden.invalid)('invalid: $name', ({ message }) => {
    expect(readObject(schema, message)).toBeUndefined();
    if (read) expect(read(message)).toBeUndefined();
  });
});
