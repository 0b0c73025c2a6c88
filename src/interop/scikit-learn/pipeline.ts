// What wraps estimators: Pipeline, and the searches over parameters, of which the best estimator counts.
import { badModelFile } from '../model-file-error.js';
import { typeName } from '../pickle/expect.js';
import { PickleObject, PickleSequence, type PickleValue } from '../pickle/values.js';
import { attributeOf, badAttribute, classOf, itemsOf } from './attributes.js';

const SEARCHES: readonly string[] = ['GridSearchCV', 'RandomizedSearchCV'];
/** More than a detector holds; a list in a file can name one step a million times. */
const MOST_STEPS = 100;

/**
 * The estimators inside `value`, in the order in which a row passes them.
 * @throws AnomalyPredictorError `bad-model-file`
 */
export function stepsOf(value: PickleValue): readonly PickleObject[] {
  const steps: PickleObject[] = [];
  addSteps(value, steps);
  return steps;
}

function addSteps(value: PickleValue, steps: PickleObject[]): void {
  if (!(value instanceof PickleObject)) {
    throw badModelFile(`the file holds ${typeName(value)}, expected an estimator of scikit-learn`);
  }
  if (SEARCHES.includes(classOf(value))) {
    addSteps(bestEstimatorOf(value), steps);
  } else if (classOf(value) === 'Pipeline') {
    for (const step of itemsOf(value, 'steps')) {
      const estimator = estimatorOf(value, step);
      if (estimator !== null && estimator !== 'passthrough') addSteps(estimator, steps);
    }
  } else {
    steps.push(value);
    if (steps.length > MOST_STEPS) {
      throw badModelFile(`more than ${MOST_STEPS} estimators in a row`);
    }
  }
}

function bestEstimatorOf(search: PickleObject): PickleValue {
  const best = attributeOf(search, 'best_estimator_');
  if (best === undefined) {
    const problem = 'there is none: the search was not fitted, or with refit=False';
    throw badAttribute(search, 'best_estimator_', problem);
  }
  return best;
}

/** Of a step (name, estimator). */
function estimatorOf(pipeline: PickleObject, step: PickleValue): PickleValue {
  if (!(step instanceof PickleSequence) || step.items.length !== 2) {
    throw badAttribute(pipeline, 'steps', 'expected pairs of a name and an estimator');
  }
  return step.items[1];
}
