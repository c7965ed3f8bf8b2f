import { describe, expect, test } from 'vitest';
import { invitationOf, listAddress, meetingAddress, readAddress } from './address';

describe('readAddress', () => {
  test.each([
    ['/', '', { page: 'home' }],
    ['/call/acme', '', { page: 'call', room: 'acme' }],
    ['/meeting', '', { page: 'meetings' }],
    ['/meeting/', '', { page: 'meetings' }],
    ['/meeting/RM_1', '', { page: 'meeting', roomSid: 'RM_1', segmentId: '' }],
    ['/meeting/RM_1', '?line=SG%201', { page: 'meeting', roomSid: 'RM_1', segmentId: 'SG 1' }],
    ['/meeting/RM_1/more', '', { page: 'home' }],
  ])('%s%s', (path, query, address) => {
    expect(readAddress(path, query)).toEqual(address);
  });
});

test('addresses lead back to where they were made, with the invitation behind the #', () => {
  const url = new URL(meetingAddress('UP_1', 'a.b.c', 'SG 1'), 'http://localhost');
  expect(readAddress(url.pathname, url.search)).toEqual({
    page: 'meeting',
    roomSid: 'UP_1',
    segmentId: 'SG 1',
  });
  expect(invitationOf(url.hash)).toBe('a.b.c');
  expect(meetingAddress('RM_1', '')).toBe('/meeting/RM_1');
  expect(listAddress('')).toBe('/meeting');
});
