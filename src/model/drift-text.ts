// Drift in words, for people who run the detector.
import type { DetectorParts } from './detector.js';
import { type Drift, type FeatureDrift, MIN_EFFECTIVE_ROWS } from './drift.js';

/** The most features that are named. */
const MOST_NAMED = 3;

/** One or two sentences; `rows` names what was compared: 'these rows', 'the last 2,000 rows'. */
export function describeDrift(
  detector: Pick<DetectorParts, 'provenance' | 'calibration' | 'profile'>,
  drift: Drift,
  rows: string,
): string {
  const { level, score, features } = drift;
  const known = `what the detector was ${knownBy(detector)}`;
  if (score === null && detector.profile !== undefined) {
    const { rows: nRows, effectiveRows } = drift;
    const distinct = effectiveRows < nRows ? `, which count for ${effectiveRows}` : '';
    return (
      `${rows[0].toUpperCase()}${rows.slice(1)} are too few to compare with ${known}: ${nRows}${distinct}; it takes ` +
      `${MIN_EFFECTIVE_ROWS} that are no copies, nor of one session.`
    );
  }
  if (score === null) {
    return level === 'none'
      ? `The detector does not know the data that it was trained on, so that ${rows} cannot be compared with them.`
      : `${rows[0].toUpperCase()}${rows.slice(1)} hardly look like ${known}: ${anomalyText(drift)}.`;
  }
  const [first] = features;
  if (level === 'none') {
    return `${rows[0].toUpperCase()}${rows.slice(1)} look like ${known} (largest stability index ${first.psi.toFixed(2)}, ${first.name}).`;
  }
  const verdict = level === 'much' ? `do not look like ${known}` : `differ somewhat from ${known}`;
  const drifted = features.filter((feature) => feature.level !== 'none');
  const named = drifted.slice(0, MOST_NAMED).map(featureText);
  const others = drifted.length - named.length;
  if (others > 0) named.push(`and ${others} more`);
  const scores =
    score.level === 'none' ? [] : [`the score (stability index ${score.psi.toFixed(2)})`];
  return (
    `${rows[0].toUpperCase()}${rows.slice(1)} ${verdict}: ${anomalyText(drift)}. ` +
    `Most changed: ${[...scores, ...named].join('; ')}.`
  );
}

function knownBy({ provenance, calibration }: Pick<DetectorParts, 'provenance' | 'calibration'>) {
  const trainedOn = provenance.origin === 'training' ? provenance.data.sha256 : undefined;
  return calibration === undefined ||
    calibration.unit === 'session' ||
    calibration.data.sha256 === trainedOn
    ? 'trained on'
    : 'calibrated on';
}

function anomalyText({ anomalies, trainingAnomalies }: Drift): string {
  const usual =
    trainingAnomalies === null ? '' : `, where ${percent(trainingAnomalies)} of normal rows were`;
  return `${percent(anomalies)} are called anomalies${usual}`;
}

function featureText({ name, psi, place, share, trainingShare }: FeatureDrift): string {
  return (
    `${name} (stability index ${psi.toFixed(2)}: ${percent(share)} ${place}, ` +
    `${percent(trainingShare)} before)`
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
