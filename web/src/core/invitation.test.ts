import { expect, test } from 'vitest';
import { findRoom, readInvitation } from './invitation';

const NOW_MS = 1_764_000_000_000;
const CLAIMS = { room: 'room-1', role: 'host', name: 'Zoë 😀', exp: NOW_MS / 1000 + 60 };

function fragment(claims: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return `#eyJhbGciOiJIUzI1NiJ9.${payload}.c2VhbA`;
}

const read = (claims: unknown) => readInvitation('room-1', fragment(claims), NOW_MS);

test('a link says the room, the role, the name and how long it works', () => {
  expect(read(CLAIMS)).toEqual({
    jwt: fragment(CLAIMS).slice(1),
    room: 'room-1',
    role: 'host',
    name: 'Zoë 😀',
    expiresAtMs: NOW_MS + 60_000,
  });
});

test('the name may be missing', () => {
  expect(read({ ...CLAIMS, name: undefined })).toMatchObject({ name: '' });
});

test('an expired invitation is told without asking the server', () => {
  expect(read({ ...CLAIMS, exp: NOW_MS / 1000 })).toMatchObject({
    title: 'This invitation has expired',
    canRetry: false,
  });
});

test.each([
  ['no fragment', ''],
  ['only the sign', '#'],
  ['cut off', fragment(CLAIMS).slice(0, 40)],
  ['without its seal', fragment(CLAIMS).replace(/\.[^.]*$/, '')],
  ['no base64', '#a.%%%.c'],
  ['another room', fragment({ ...CLAIMS, room: 'room-2' })],
  ['an unknown role', fragment({ ...CLAIMS, role: 'admin' })],
  ['no expiry', fragment({ ...CLAIMS, exp: undefined })],
  ['a list', fragment([])],
])('a link that is not whole is told: %s', (_, text) => {
  expect(readInvitation('room-1', text, NOW_MS)).toMatchObject({
    title: 'This link is not complete',
  });
});

test.each([
  ['/', undefined],
  ['/call/', undefined],
  ['/call/a/b', undefined],
  ['/call/room-1', 'room-1'],
  ['/call/room-1/', 'room-1'],
  ['/call/r%C3%A9sum%C3%A9', 'résumé'],
  ['/call/%', '%'],
])('the room of %s is %s', (pathname, room) => {
  expect(findRoom(pathname)).toBe(room);
});
