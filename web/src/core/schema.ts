/** The part of JSON Schema that the models of `wire` use. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** False: no other keys. A schema: what stands under other keys. */
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns the object with its defaults filled in, or undefined if it does not fit the schema.
 * Objects within it are checked, and left as they are.
 */
export function readObject(schema: Schema, value: unknown): JsonObject | undefined {
  return readWithin(schema, schema, value);
}

function readWithin(root: Schema, schema: Schema, value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const fields = schema.properties ?? {};
  const others = Object.entries(value).filter(([key]) => !Object.hasOwn(fields, key));
  if (!others.every(([key, other]) => fitsOther(root, schema, key, other))) return undefined;
  const result: JsonObject = {};
  for (const [key, field] of Object.entries(fields)) {
    if (!Object.hasOwn(value, key)) {
      if (schema.required?.includes(key)) return undefined;
      if ('default' in field) result[key] = field.default;
      // Of a list that is empty by default, pydantic does not say so.
      else if (field.type === 'array') result[key] = [];
      continue;
    }
    if (!fits(root, field, value[key])) return undefined;
    result[key] = value[key];
  }
  return result;
}

function fitsOther(root: Schema, schema: Schema, key: string, value: unknown): boolean {
  const { additionalProperties: allowed = true, propertyNames: names } = schema;
  if (names && !fits(root, names, key)) return false;
  return typeof allowed === 'boolean' ? allowed : fits(root, allowed, value);
}

/** False for a number of milliseconds that no calendar reaches: showing it would throw. */
export function isDate(ms: number): boolean {
  return !Number.isNaN(new Date(ms).getTime());
}

function fits(root: Schema, schema: Schema, value: unknown): boolean {
  if (schema.$ref !== undefined) {
    const part = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    return part !== undefined && fits(root, part, value);
  }
  if (schema.anyOf) return schema.anyOf.some((option) => fits(root, option, value));
  if (schema.enum && !schema.enum.includes(value)) return false;
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && fitsLength(schema, value) && fitsPattern(schema, value);
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= (schema.minimum ?? -Infinity);
    case 'number':
      return Number.isFinite(value) && (value as number) >= (schema.minimum ?? -Infinity);
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'array':
      return (
        Array.isArray(value) &&
        value.length >= (schema.minItems ?? 0) &&
        value.length <= (schema.maxItems ?? Infinity) &&
        value.every((item) => fits(root, schema.items ?? {}, item))
      );
    case 'object':
      return readWithin(root, schema, value) !== undefined;
    default:
      // Keys of an object are strings already: pydantic gives their enum no type.
      return schema.type === undefined && schema.enum !== undefined;
  }
}

function fitsLength(schema: Schema, text: string): boolean {
  // JSON Schema, like Python, counts code points; `length` would count UTF-16 units.
  const count = Array.from(text).length;
  return count >= (schema.minLength ?? 0) && count <= (schema.maxLength ?? Infinity);
}

function fitsPattern(schema: Schema, text: string): boolean {
  return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text);
}
