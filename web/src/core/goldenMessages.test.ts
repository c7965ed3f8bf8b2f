// The same golden messages are read by tests/wire/test_messages.py: neither side can drift.
import { describe, expect, test } from 'vitest';
import consentRequests from '../../../tests/wire/consent_requests.json';
import consentStates from '../../../tests/wire/consent_states.json';
import coverageReports from '../../../tests/wire/coverage_reports.json';
import erased from '../../../tests/wire/erased.json';
import notices from '../../../tests/wire/notices.json';
import offTheRecordRequests from '../../../tests/wire/off_the_record_requests.json';
import points from '../../../tests/wire/talking_points.json';
import attributes from '../../../tests/wire/transcript_attributes.json';
import { consentRequestSchema } from '../wire/consentRequest';
import { consentStateSchema } from '../wire/consentState';
import { coverageReportSchema } from '../wire/coverageReport';
import { erasedSchema } from '../wire/erased';
import { noticeSchema } from '../wire/notice';
import { offTheRecordRequestSchema } from '../wire/offTheRecordRequest';
import { talkingPointSchema } from '../wire/talkingPoint';
import { readConsent, readErased } from './consent';
import { readCoverage } from './coverage';
import { readNotice } from './notices';
import { readObject, type Schema } from './schema';
import { readTalkingPoint } from './talkingPoints';
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
const MODELS: readonly [string, Golden, Schema, Read][] = [
  ['consent request', consentRequests, consentRequestSchema, () => undefined],
  ['off the record request', offTheRecordRequests, offTheRecordRequestSchema, () => undefined],
  [
    'consent state',
    consentStates,
    consentStateSchema,
    (message) => readConsent(JSON.stringify(message)),
  ],
  ['erased', erased, erasedSchema, (message) => readErased(encode(message))],
  ['notice', notices, noticeSchema, (message) => readNotice(encode(message))],
  [
    'coverage report',
    coverageReports,
    coverageReportSchema,
    (message) => readCoverage(encode(message)),
  ],
];

describe.each(MODELS)('%s', (name, golden, schema, read) => {
  test.each(golden.valid)('valid: $name', ({ message }) => {
    expect(readObject(schema, message)).toMatchObject(message);
    if (!name.endsWith('request')) expect(read(message)).toBeDefined();
  });

  test.each(golden.invalid)('invalid: $name', ({ message }) => {
    expect(readObject(schema, message)).toBeUndefined();
    expect(read(message)).toBeUndefined();
  });
});
