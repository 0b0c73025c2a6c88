// What is tried where nothing is labelled: the methods that learn normal rows alone, with settings around what works.
import type { MethodName } from '../methods/method.js';
import { combinationsOf, type SearchPlan } from '../search-plan.js';
import type { Settings } from '../settings.js';

export type UnlabelledMethod = Exclude<MethodName, 'random-forest'>;
export const UNLABELLED_METHODS: readonly UnlabelledMethod[] = [
  'one-class-svm',
  'isolation-forest',
];

export interface Candidate {
  readonly method: UnlabelledMethod;
  /** Over the method's defaults. */
  readonly settings: Settings;
}

const NU = [0.01, 0.05];

/**
 * A kernel's width is in units of what the columns pass before, a deviation. Quantiles are not tried: they put all that
 * lies beyond the training rows on the end of their range.
 */
const GRIDS: Readonly<Record<UnlabelledMethod, readonly SearchPlan['tries'][]>> = {
  'one-class-svm': [
    { transform: ['log'], gamma: [0.1, 0.3, 1, 3], nu: NU },
    { transform: ['standard'], gamma: [0.1, 0.3, 1], nu: NU },
  ],
  'isolation-forest': [{ samples: [256, 1_024, 4_096] }],
};

/** In order, each with the settings that it alone decides. */
export function candidatesFor(methods: readonly UnlabelledMethod[]): Candidate[] {
  return methods.flatMap((method) =>
    GRIDS[method].flatMap(combinationsOf).map((settings) => ({ method, settings })),
  );
}
