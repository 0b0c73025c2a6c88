// How good a model is where nothing is labelled. At the threshold that flags a given share of sessions, the better model
// calls less of what might be normal: the mass-volume curve at one point (Clémençon and Jakubowicz 2013; without labels as
// a criterion: Goix 2016), its volume measured by artificial behaviours.
import type { SessionRows } from '../../model/learning-rows.js';
import { borderAllowing } from '../threshold.js';
import { type ModelParts, outputsOf, sessionOutputs } from './session-outputs.js';

export interface NormalVolume {
  /**
   * Share of the artificial behaviours above the threshold that flags the share α of the sessions,
   *   V = |{a ∈ A : s(a) > t}| / |A|,   t = max {t : |{i : minⱼ s(xᵢⱼ) ≤ t}| ≤ α · nSessions}.
   * 0 to 1, lower is better.
   */
  readonly volume: number;
  /** Share of the sessions that are flagged there. */
  readonly flagged: number;
}

/**
 * @param sessions which the model was not fitted to, at least one
 * @param artificial [n × nFeatures] row-major
 * @param share of the sessions that may be flagged, α
 */
export function normalVolume(
  parts: ModelParts,
  sessions: SessionRows,
  artificial: Float64Array,
  share: number,
): NormalVolume {
  const outputs = sessionOutputs(parts, sessions);
  const most = Math.floor(share * outputs.length);
  const { threshold, falsePositives } = borderAllowing(outputs, most);
  const artificialOutputs = outputsOf(parts, artificial);
  const above = artificialOutputs.filter((output) => output > threshold);
  return {
    volume: above.length / artificialOutputs.length,
    flagged: falsePositives / outputs.length,
  };
}
