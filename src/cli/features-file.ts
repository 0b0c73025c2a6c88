// Features of the user's own, from a JavaScript module that exports an array `features`.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { AnomalyPredictorError, showValue } from '../errors.js';
import { Schema } from '../model/schema.js';
import type { TrafficFeature } from '../traffic/features/feature.js';

/** The module runs. @throws AnomalyPredictorError `bad-option` where it fails, or has no features */
export async function loadFeatures(file: string): Promise<readonly TrafficFeature[]> {
  let module: { readonly features?: unknown };
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    throw badFeatures(file, (cause as Error).message, { cause });
  }
  const { features } = module;
  if (!Array.isArray(features)) {
    throw badFeatures(file, `expected an array "features", got ${showValue(features)}`);
  }
  const described = features.map((feature) => {
    const { value: _, ...described } = Object(feature);
    return described;
  });
  const { issues } = v.safeParse(Schema, { features: described });
  if (issues) throw badFeatures(file, `${v.getDotPath(issues[0])}: ${issues[0].message}`);
  for (const [i, { value }] of (features as readonly TrafficFeature[]).entries()) {
    if (typeof value === 'function') continue;
    const expected = 'expected a function of the session';
    throw badFeatures(file, `features.${i}.value: ${expected}, got ${showValue(value)}`);
  }
  return features;
}

function badFeatures(file: string, what: string, options?: ErrorOptions): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-option', `${file}: ${what}`, { file }, options);
}
