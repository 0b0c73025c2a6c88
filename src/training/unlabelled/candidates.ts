// What is tried where nothing is labelled: the methods that learn normal rows alone, with settings around what works.
import type { MethodName } from '../methods/method.js';
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

const TRIES: Readonly<Record<UnlabelledMethod, Readonly<Record<string, Settings[string][]>>>> = {
  'one-class-svm': {
    transform: ['log1p', 'standard', 'quantile'],
    gamma: [0.03, 0.1, 0.3, 1],
    nu: [0.005, 0.05],
  },
  'isolation-forest': { trees: [100], samples: [256, 1_024, 4_096] },
};

/** All combinations, in order. */
export function candidatesFor(methods: readonly UnlabelledMethod[]): Candidate[] {
  return methods.flatMap((method) => {
    let combinations: Settings[] = [{}];
    for (const [option, values] of Object.entries(TRIES[method])) {
      combinations = combinations.flatMap((settings) =>
        values.map((value) => ({ ...settings, [option]: value })),
      );
    }
    return combinations.map((settings) => ({ method, settings }));
  });
}
