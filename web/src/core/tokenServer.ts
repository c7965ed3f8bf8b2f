import { ask } from './http';
import type { Role } from './invitation';
import type { Problem } from './problem';
import type { Schema } from './schema';

/** What the token server says about itself. */
export interface Config {
  readonly product: string;
  readonly rooms_need_key: boolean;
  /** How the two roles are called here, such as Seller and Prospect. */
  readonly roles: Readonly<Record<Role, string>>;
}

export interface Seat {
  readonly name: string;
  readonly link: string;
}

/** A room that was just made, with a link for each role. */
export interface NewRoom {
  readonly room_name: string;
  readonly expires_at: string;
  readonly host: Seat;
  readonly guest: Seat;
}

export interface NewRoomWishes {
  readonly host_name: string;
  readonly guest_name: string;
}

const TEXT: Schema = { type: 'string' };

const CONFIG: Schema = {
  properties: {
    product: TEXT,
    rooms_need_key: { type: 'boolean' },
    roles: { type: 'object', properties: { host: TEXT, guest: TEXT }, required: ['host', 'guest'] },
  },
  required: ['product', 'rooms_need_key', 'roles'],
};

const SEAT: Schema = {
  type: 'object',
  properties: { name: TEXT, link: TEXT },
  required: ['name', 'link'],
};

const NEW_ROOM: Schema = {
  properties: { room_name: TEXT, expires_at: TEXT, host: SEAT, guest: SEAT },
  required: ['room_name', 'expires_at', 'host', 'guest'],
};

export async function fetchConfig(signal: AbortSignal): Promise<Config | Problem> {
  return ask<Config>('/config', { signal }, CONFIG);
}

/** Makes a room; names left empty are left to the server. */
export async function createRoom(wishes: NewRoomWishes, key: string): Promise<NewRoom | Problem> {
  const given = Object.entries({
    host_name: wishes.host_name.trim(),
    guest_name: wishes.guest_name.trim(),
  });
  const request = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key ? { 'X-API-Key': key } : {}) },
    body: JSON.stringify(Object.fromEntries(given.filter(([, text]) => text !== ''))),
  };
  return ask<NewRoom>('/rooms', request, NEW_ROOM);
}
