// A validator for as much of JSON Schema as the API description uses; any other keyword is an error.

type Schema = Readonly<Record<string, unknown>>;
type Check = (wanted: never, value: unknown, schema: Schema, root: unknown, at: string) => string[];

/** What in `value` goes against `schema`, by place; references are looked up in `root`. */
export function violations(schema: Schema, value: unknown, root: unknown, at = ''): string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (ANNOTATIONS.has(keyword)) return [];
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`unknown keyword ${keyword} at ${at}`);
    return check(wanted as never, value, schema, root, at);
  });
}

const ANNOTATIONS = new Set(['description', 'title', 'default', 'examples', 'format']);

const CHECKS: Readonly<Record<string, Check>> = {
  $ref(pointer: string, value, _schema, root, at) {
    const steps = pointer.split('/').slice(1);
    const target = steps.reduce((node, step) => (node as Schema)[step], root);
    return violations(target as Schema, value, root, at);
  },
  type(type: string, value, { format }, _root, at) {
    return isOfType(type, format, value) ? [] : [`${at} is no ${type}: ${JSON.stringify(value)}`];
  },
  enum(choices: readonly unknown[], value, _schema, _root, at) {
    return choices.includes(value) ? [] : [`${at} is none of ${choices}: ${value}`];
  },
  const(only, value, _schema, _root, at) {
    return value === only ? [] : [`${at} is not ${only}: ${value}`];
  },
  minimum(least: number, value, _schema, _root, at) {
    return typeof value === 'number' && value < least ? [`${at} is below ${least}: ${value}`] : [];
  },
  maximum(most: number, value, _schema, _root, at) {
    return typeof value === 'number' && value > most ? [`${at} is above ${most}: ${value}`] : [];
  },
  minItems: (least: number, value, _schema, _root, at) => lengthAtLeast(least, value, at),
  minLength: (least: number, value, _schema, _root, at) => lengthAtLeast(least, value, at),
  maxItems: (most: number, value, _schema, _root, at) => lengthAtMost(most, value, at),
  maxLength: (most: number, value, _schema, _root, at) => lengthAtMost(most, value, at),
  required(names: readonly string[], value, _schema, _root, at) {
    if (!isObject(value)) return [];
    return names.filter((name) => !(name in value)).map((name) => `${at}/${name} is missing`);
  },
  properties(schemas: Readonly<Record<string, Schema>>, value, _schema, root, at) {
    if (!isObject(value)) return [];
    const present = Object.entries(schemas).filter(([name]) => name in value);
    return present.flatMap(([name, schema]) =>
      violations(schema, value[name], root, `${at}/${name}`),
    );
  },
  propertyNames(schema: Schema, value, _schema, root, at) {
    if (!isObject(value)) return [];
    return Object.keys(value).flatMap((name) => violations(schema, name, root, `${at}/${name}`));
  },
  additionalProperties(wanted: boolean | Schema, value, { properties = {} }, root, at) {
    if (!isObject(value)) return [];
    const further = Object.entries(value).filter(([name]) => !(name in (properties as object)));
    return further.flatMap(([name, item]) => {
      if (typeof wanted === 'object') return violations(wanted, item, root, `${at}/${name}`);
      return wanted ? [] : [`${at}/${name} is unknown`];
    });
  },
  items(schema: Schema, value, _schema, root, at) {
    if (!Array.isArray(value)) return [];
    return value.flatMap((item, i) => violations(schema, item, root, `${at}/${i}`));
  },
  oneOf(schemas: readonly Schema[], value, _schema, root, at) {
    const nFits = schemas.filter(
      (schema) => violations(schema, value, root, at).length === 0,
    ).length;
    return nFits === 1 ? [] : [`${at} fits ${nFits} of ${schemas.length} schemas`];
  },
  anyOf(schemas: readonly Schema[], value, _schema, root, at) {
    const fits = schemas.some((schema) => violations(schema, value, root, at).length === 0);
    return fits ? [] : [`${at} fits none of ${schemas.length} schemas`];
  },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(type: string, format: unknown, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value) && !(value instanceof Uint8Array);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
      return format === 'binary' ? value instanceof Uint8Array : typeof value === 'string';
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

function lengthAtLeast(least: number, value: unknown, at: string): string[] {
  if (value === null) return [];
  const { length } = value as { length?: number };
  return length !== undefined && length < least ? [`${at} is shorter than ${least}`] : [];
}

function lengthAtMost(most: number, value: unknown, at: string): string[] {
  if (value === null) return [];
  const { length } = value as { length?: number };
  return length !== undefined && length > most ? [`${at} is longer than ${most}`] : [];
}
