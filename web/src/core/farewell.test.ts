import { expect, test } from 'vitest';
import { describeFarewell } from './farewell';

test('somebody who left may come back', () => {
  expect(describeFarewell('CLIENT_INITIATED')).toMatchObject({
    title: 'You have left the call',
    canRejoin: true,
  });
});

test.each(['ROOM_DELETED', 'ROOM_CLOSED'])('%s: there is nothing to come back to', (reason) => {
  expect(describeFarewell(reason).canRejoin).toBe(false);
});

test.each([undefined, 'SIGNAL_CLOSE', 'A_REASON_OF_TOMORROW'])('%s is a lost call', (reason) => {
  expect(describeFarewell(reason)).toMatchObject({
    title: 'The connection was lost',
    canRejoin: true,
  });
});
