// A model of another library in test/fixtures, and what that library says of some rows.

export interface ModelCase {
  readonly file: string;
  /** Of a model whose scaler is a file of its own. */
  readonly scaler?: string;
  readonly anomalyClass?: string;
  /** One per row: decisions, or the anomalous class's share as the fixtures' script says. */
  readonly scores: readonly number[];
  /** Indices of the rows that predict calls anomalous. */
  readonly anomalies: readonly number[];
}

export interface ModelCases {
  /** Of the features, where a model knows them. */
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly cases: readonly ModelCase[];
}
