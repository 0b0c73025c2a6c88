// What commands do with rows that they cannot use.
import { Option } from 'commander';
import { BAD_ROW_POLICIES, type BadRowPolicy } from '../formats/bad-rows.js';

export function badRowsOption(byDefault: BadRowPolicy): Option {
  return new Option(
    '--bad-rows <policy>',
    'rows that lack a value, or hold something else: go on without them, only without the first kind, or fail',
  )
    .choices(BAD_ROW_POLICIES)
    .default(byDefault);
}
