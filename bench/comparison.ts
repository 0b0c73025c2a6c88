// Two series of bench reports, side by side: the rates that both have, by figure.
import type { BenchReport } from './main.js';
import { ratios, type Spread, spreadOf } from './statistics.js';

/** Reports of another version may lack what this one has. */
export type Rates = Pick<BenchReport, 'kernels' | 'engine' | 'explain' | 'http'>;

export interface RateComparison {
  readonly figure: string;
  /** Medians, per second. */
  readonly ours: number;
  readonly theirs: number;
  /** Ours over theirs, by round; above 1 ours is faster. */
  readonly ratio: Spread;
}

/** One report a round from either side; figures that a report lacks are left out. */
export function compareReports(ours: readonly Rates[], theirs: readonly Rates[]): RateComparison[] {
  const ourRounds = ours.map(ratesByFigure);
  const theirRounds = theirs.map(ratesByFigure);
  const everyRound = [...ourRounds, ...theirRounds];
  const figures = [...ourRounds[0].keys()].filter((figure) =>
    everyRound.every((rates) => rates.has(figure)),
  );
  return figures.map((figure) => {
    const ourRates = ourRounds.map((rates) => rates.get(figure) as number);
    const theirRates = theirRounds.map((rates) => rates.get(figure) as number);
    return {
      figure,
      ours: spreadOf(ourRates).median,
      theirs: spreadOf(theirRates).median,
      ratio: spreadOf(ratios(ourRates, theirRates)),
    };
  });
}

/** Rows per second by what was measured. */
function ratesByFigure({ kernels, engine, explain, http }: Rates): Map<string, number> {
  return new Map([
    ...(kernels?.figures ?? []).map((figure): [string, number] => [
      `${figure.kernels} ${figure.kernel}, ${figure.model}, ${figure.batchRows} a call`,
      figure.rowsPerSecond,
    ]),
    ...(engine?.figures ?? []).map((figure): [string, number] => [
      `engine, ${figure.work} of ${figure.rowsPerJob}, ${figure.workers} workers`,
      figure.rowsPerSecond.median,
    ]),
    ...(explain?.figures ?? []).map((figure): [string, number] => [
      `explanations by ${figure.detector}`,
      figure.rowsPerSecond.median,
    ]),
    ...(http?.figures ?? []).map((figure): [string, number] => [
      `HTTP, ${figure.scenario}`,
      figure.product.rowsPerSecond.median,
    ]),
  ]);
}
