// The same golden messages are read by tests/wire/test_messages.py: neither side can drift.
import { describe, expect, test } from 'vitest';
import points from '../../../tests/wire/talking_points.json';
import attributes from '../../../tests/wire/transcript_attributes.json';
import { talkingPointSchema } from '../wire/talkingPoint';
import { readObject } from './schema';
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
