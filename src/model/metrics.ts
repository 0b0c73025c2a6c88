// What a detector's evaluation says. The anomaly is the positive class throughout.
import * as v from 'valibot';

const count = (description: string) =>
  v.pipe(v.number(), v.integer('a whole number'), v.minValue(0), v.description(description));
const share = (description: string) =>
  v.pipe(v.number(), v.minValue(0), v.maxValue(1), v.description(description));

export const Metrics = v.pipe(
  v.strictObject({
    truePositives: count('Anomalies that were called anomalies'),
    falseNegatives: count('Anomalies that were called normal'),
    falsePositives: count('Normal rows that were called anomalies'),
    trueNegatives: count('Normal rows that were called normal'),
    precision: share(
      'Share of true anomalies among the rows called anomalies; 0 where there are none',
    ),
    recall: share('Share of the anomalies that were found'),
    f1: share('Harmonic mean of precision and recall'),
    falsePositiveRate: share('Share of the normal rows that were called anomalies'),
    rocAuc: share('Area under the ROC curve'),
    averagePrecision: share('Area under the precision–recall curve, by steps'),
  }),
  v.description('Measured on rows that training did not see; the anomaly is the positive class'),
);
export type Metrics = v.InferOutput<typeof Metrics>;
