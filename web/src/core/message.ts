import { PROTOCOL_VERSION } from '../wire/topics';
import { type JsonObject, readObject, type Schema } from './schema';

/** Returns what a JSON text says, or undefined if it is malformed or of a later protocol. */
export function readText(schema: Schema, text: string): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return readValue(schema, value);
}

/** The same for what stands within another message. */
export function readValue(schema: Schema, value: unknown): JsonObject | undefined {
  const message = readObject(schema, value);
  return message && (message.v as number) <= PROTOCOL_VERSION ? message : undefined;
}

/** The same for the bytes of a data message. */
export function readMessage(schema: Schema, payload: Uint8Array): JsonObject | undefined {
  try {
    return readText(schema, new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}
