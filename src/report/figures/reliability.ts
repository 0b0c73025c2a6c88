// Whether risks are probabilities: of the rows of about one risk, what share are anomalies? Bins of equal width, as
// scikit-learn's calibration_curve.
import { ANOMALY } from '../../training/dataset.js';

export interface ReliabilityBin {
  readonly meanRisk: number;
  /** Share of anomalies among the rows. */
  readonly anomalies: number;
  readonly rows: number;
}

export interface Reliability {
  /** Those with rows, by ascending risk. */
  readonly bins: readonly ReliabilityBin[];
  /** Mean of (risk − outcome)²: 0 is perfect, 0.25 what a risk of 0.5 for every row gives. */
  readonly brierScore: number;
}

const N_BINS = 10;

/** `risks`: [nRows], 0 to 1, at least one; `labels`: [nRows] */
export function reliabilityOf(risks: Float64Array, labels: Int8Array): Reliability {
  const sums = Array.from({ length: N_BINS }, () => ({ risk: 0, anomalies: 0, rows: 0 }));
  let squares = 0;
  risks.forEach((risk, row) => {
    const outcome = Number(labels[row] === ANOMALY);
    squares += (risk - outcome) ** 2;
    const bin = sums[Math.min(N_BINS - 1, Math.floor(risk * N_BINS))];
    bin.risk += risk;
    bin.anomalies += outcome;
    bin.rows++;
  });
  const bins = sums
    .filter(({ rows }) => rows > 0)
    .map(({ risk, anomalies, rows }) => ({
      meanRisk: risk / rows,
      anomalies: anomalies / rows,
      rows,
    }));
  return { bins, brierScore: squares / risks.length };
}
