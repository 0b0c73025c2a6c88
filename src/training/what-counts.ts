// Settings that make a difference only beside certain others.
import type { Setting, Settings } from './settings.js';

/** Kernels whose formula has the option. */
const KERNELS_WITH: Readonly<Record<string, readonly Setting[]>> = {
  gamma: ['rbf', 'poly', 'sigmoid'],
  degree: ['poly'],
  coef0: ['poly', 'sigmoid'],
};

/** `settings` without those that `base`, over which they are laid, leaves without effect. */
export function whatCounts(settings: Settings, base: Settings): Settings {
  const { kernel } = { ...base, ...settings };
  return Object.fromEntries(
    Object.entries(settings).filter(([option]) => KERNELS_WITH[option]?.includes(kernel) ?? true),
  );
}
