// A recipe: a detector that can be trained by its name, and what its model card says about it.
import type { Method } from '../methods/method.js';
import type { SearchPlan } from '../search-plan.js';
import type { Settings } from '../settings.js';

export interface Recipe {
  /** The detector's name. */
  readonly name: string;
  readonly title: string;
  readonly method: Method;
  /** Over the method's defaults; what is chosen here stands in the detector. */
  readonly settings: Settings;
  /** Chooses more of them. */
  readonly search?: SearchPlan;
  /** How it is trained, in a sentence or two. */
  readonly summary: string;
  /** What it cannot do, a sentence each. */
  limits(settings: Settings): readonly string[];
}

/** For the limits on model cards. */
export const TREES_DO_NOT_EXTRAPOLATE =
  'Trees do not extrapolate: a value beyond the training range counts as the nearest one that they asked for, also one ' +
  'a thousand times as large. Explanations and decisions name the features that are out of that range.';
export const SUPPORT_VECTORS_ARE_ROWS =
  'The support vectors in the file are training rows in scaled form: who may not see those must not get the file.';
