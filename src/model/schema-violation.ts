// Where a document breaks the schema that it should follow, for error messages.
import * as v from 'valibot';
import { showValue } from '../errors.js';

/** The first violation, such as `.shape.0 expected number, got "a"`, to stand behind the document's name. */
export function firstViolation(schema: v.GenericSchema, document: unknown): string {
  const { issues } = v.safeParse(schema, document, { abortEarly: true });
  if (issues === undefined) return ' is valid';
  const [issue] = issues;
  const path = v.getDotPath(issue);
  const place = path === null ? '' : `.${path}`;
  if (issue.expected === 'never') return `${place} is not known`;
  if (issue.received === 'undefined') return `${place} is missing`;
  // Where valibot has no short name for what it expected, the schema gives one as the message.
  return `${place} expected ${issue.expected ?? issue.message}, got ${showValue(issue.input)}`;
}
