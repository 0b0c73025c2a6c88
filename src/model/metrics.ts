// The figures of a detector's evaluation. The anomaly is the positive class throughout.
import * as v from 'valibot';

const count = (description: string) =>
  v.pipe(v.number(), v.integer('a whole number'), v.minValue(0), v.description(description));
const share = (description: string) =>
  v.pipe(
    v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    v.description(`${description}; null where undefined`),
  );

const RATES = {
  truePositives: count('Anomalies that were called anomalies'),
  falseNegatives: count('Anomalies that were called normal'),
  falsePositives: count('Normal rows that were called anomalies'),
  trueNegatives: count('Normal rows that were called normal'),
  precision: share('Share of true anomalies among the rows called anomalies'),
  recall: share('Share of the anomalies that were found'),
  f1: share('Harmonic mean of precision and recall'),
  falsePositiveRate: share('Share of the normal rows that were called anomalies'),
  rocAuc: share('Area under the ROC curve'),
  averagePrecision: share('Area under the precision–recall curve, by steps'),
};

export const Rates = v.strictObject(RATES);
/** Null where undefined: on rows of one class, most are. */
export type Rates = v.InferOutput<typeof Rates>;
/** Rates over rows of both classes. Precision is null where no row was called an anomaly. */
export type ComparedRates = { readonly [Name in Exclude<keyof Rates, 'precision'>]: number } & Pick<
  Rates,
  'precision'
>;

const CopyCounts = v.strictObject({
  rows: count('Evaluation rows with the values of a row that trained'),
  distinct: count('Different rows among them'),
});
export type CopyCounts = v.InferOutput<typeof CopyCounts>;

export const Metrics = v.pipe(
  v.strictObject({
    ...RATES,
    copies: v.exactOptional(
      v.pipe(
        v.strictObject({ ...CopyCounts.entries, unseen: v.nullable(Rates) }),
        v.description(
          'Where so many rows are equal that they stand on both sides of the split. `unseen`: the figures over the ' +
            'rows whose values training never saw; null where there are none',
        ),
      ),
    ),
  }),
  v.description('Measured on rows that training did not see; the anomaly is the positive class'),
);
export type Metrics = v.InferOutput<typeof Metrics>;
