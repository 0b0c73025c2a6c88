// What a detector's evaluation says. The anomaly is the positive class throughout.
import Type, { type Static } from 'typebox';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const Metrics = Type.Object(
  {
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
  },
  {
    additionalProperties: false,
    description: 'Measured on rows that training did not see; the anomaly is the positive class',
  },
);
export type Metrics = Static<typeof Metrics>;
