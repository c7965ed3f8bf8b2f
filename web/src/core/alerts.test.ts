import { expect, test } from 'vitest';
import { type Alert, dropAlert, mergeAlert } from './alerts';
import type { Minutes } from './minutes';
import { NO_NOTES, takeAlert, takeErasure, takeMinutes } from './notes';

function makeAlert(id: string, identity = 'guest-1'): Alert {
  return {
    v: 1,
    id,
    profile_id: 'ana',
    word: 'discount',
    segment_id: 'SG_1',
    quote: 'is there a discount',
    speaker_identity: identity,
    speaker_name: 'Ben',
    at_ms: 1_900_000_000_000,
  };
}

test('alerts stand once, newest first, and the newest five', () => {
  const alerts = ['a', 'b', 'b', 'c', 'd', 'e', 'f'].reduce<readonly Alert[]>(
    (known, id) => mergeAlert(known, makeAlert(id)),
    [],
  );
  expect(alerts.map(({ id }) => id)).toEqual(['f', 'e', 'd', 'c', 'b']);
  expect(dropAlert(alerts, 'd').map(({ id }) => id)).toEqual(['f', 'e', 'c', 'b']);
});

test('an erasure takes the alerts of its speaker away, and all minutes', () => {
  const minutes = { title: 'The price' } as Minutes;
  const both = [makeAlert('a', 'guest-1'), makeAlert('b', 'host-1')].reduce(takeAlert, NO_NOTES);
  const after = takeErasure(takeMinutes(both, minutes), {
    v: 1,
    speaker_identity: 'guest-1',
    transcript_sequence: 9,
    sequence: 0,
  });
  expect(after.alerts.map(({ id }) => id)).toEqual(['b']);
  expect(after.minutes).toBeUndefined();
});
