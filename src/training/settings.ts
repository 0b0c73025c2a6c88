// What a training was told: one value per option, by the option's name.
import { COLUMN_TRANSFORMS, type ColumnTransform } from './column-transforms.js';

export type Setting = number | string | boolean;
export type Settings = Readonly<Record<string, Setting>>;

/** The setting of every column that has none of its own, which is `transform.` and the feature's name. */
export const TRANSFORM = 'transform';
export const TRANSFORM_OF = `${TRANSFORM}.`;

/** By feature; `settings` has TRANSFORM. */
export function columnTransformsOf(
  settings: Settings,
  featureNames: readonly string[],
): ColumnTransform[] {
  return featureNames.map((name) => {
    const wanted = settings[TRANSFORM_OF + name] ?? settings[TRANSFORM];
    const kind = COLUMN_TRANSFORMS.find((candidate) => candidate === wanted);
    if (kind === undefined) throw new TypeError(`no transform is called ${wanted}`);
    return kind;
  });
}
