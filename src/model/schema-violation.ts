// Where a document breaks the JSON Schema that it should follow, for error messages.
import type { TSchema } from 'typebox';
import Value from 'typebox/value';

/** The first violation, such as `.shape.0 must be integer`, to stand behind the document's name. */
export function firstViolation(schema: TSchema, document: unknown): string {
  const [{ instancePath, keyword, message }] = Value.Errors(schema, document);
  // An object that takes no other properties has the schema `false` for them.
  const what = keyword === 'boolean' ? 'is not known' : message;
  return `${instancePath.replaceAll('/', '.')} ${what}`;
}
