/** The part of JSON Schema that the models of `wire` use. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the object with its defaults filled in, or undefined if it does not fit the schema. */
export function readObject(schema: Schema, value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const fields = schema.properties ?? {};
  if (schema.additionalProperties === false && Object.keys(value).some((key) => !(key in fields))) {
    return undefined;
  }
  const result: JsonObject = {};
  for (const [key, field] of Object.entries(fields)) {
    if (!Object.hasOwn(value, key)) {
      if (schema.required?.includes(key)) return undefined;
      if ('default' in field) result[key] = field.default;
      continue;
    }
    if (!fits(field, value[key])) return undefined;
    result[key] = value[key];
  }
  return result;
}

/** False for a number of milliseconds that no calendar reaches: showing it would throw. */
export function isDate(ms: number): boolean {
  return !Number.isNaN(new Date(ms).getTime());
}

function fits(schema: Schema, value: unknown): boolean {
  if (schema.anyOf) return schema.anyOf.some((option) => fits(option, value));
  if (schema.enum && !schema.enum.includes(value)) return false;
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && fitsLength(schema, value);
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= (schema.minimum ?? -Infinity);
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'object':
      return readObject(schema, value) !== undefined;
    default:
      return false;
  }
}

function fitsLength(schema: Schema, text: string): boolean {
  // JSON Schema, like Python, counts code points; `length` would count UTF-16 units.
  const count = Array.from(text).length;
  return count >= (schema.minLength ?? 0) && count <= (schema.maxLength ?? Infinity);
}
