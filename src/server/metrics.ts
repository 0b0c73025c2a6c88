// What the server counts for Prometheus: requests and their time, rows and batches, the engine's state.
import type { Engine } from '../engine/engine.js';
import type { Detectors, JobReply } from '../engine/job.js';
import { EXPOSITION_TYPE, Histogram, metricText } from '../prometheus.js';
import { detectorOf } from './detector-version.js';
import type { DriftWatch } from './drift-watch.js';
import type { ModelStore } from './model-store.js';

export interface ServerMetrics {
  /** Counts one answered request. */
  request(route: string, status: number, elapsedMs: number): void;
  /** Counts the rows of one scored job that might use `detectors`; `isWatched`: whether they count for drift */
  scored(job: Omit<JobReply, 'body'>, detectors: Detectors, isWatched: boolean): void;
  expose(): { readonly contentType: string; readonly text: string };
}

const SECONDS_BOUNDS = [0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10];
const ROWS_BOUNDS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

export function createMetrics(
  engine: Engine,
  models: Pick<ModelStore, 'live' | 'counts'>,
  drift: DriftWatch,
): ServerMetrics {
  const secondsByRoute = new Map<string, Map<number, Histogram>>();
  const rowsByModel = new Map<string, { normal: number; anomaly: number }>();
  const batchRows = new Histogram(ROWS_BOUNDS);

  return {
    request(route, status, elapsedMs) {
      const byStatus = valueAt(secondsByRoute, route, () => new Map());
      const seconds = valueAt(byStatus, status, () => new Histogram(SECONDS_BOUNDS));
      seconds.observe(elapsedMs / 1_000);
    },

    scored({ nRows, tallies }, detectors, isWatched) {
      batchRows.observe(nRows);
      for (const tally of tallies) {
        const { model, normal, anomaly } = tally;
        if (isWatched) drift.add(detectorOf(tally, detectors), tally);
        const rows = valueAt(rowsByModel, model, () => ({ normal: 0, anomaly: 0 }));
        rows.normal += normal;
        rows.anomaly += anomaly;
      }
    },

    expose() {
      const requests = [...secondsByRoute].flatMap(([route, byStatus]) =>
        [...byStatus].map(([status, seconds]) => ({ labels: { route, status }, seconds })),
      );
      const rows = [...rowsByModel].flatMap(([model, { normal, anomaly }]) => [
        { labels: { model, prediction: 'normal' }, value: normal },
        { labels: { model, prediction: 'anomaly' }, value: anomaly },
      ]);
      const { queuedRows, workers, workerRestarts } = engine.status;
      const drifts = Array.from(models.live.current.catalog.values(), (detector) => ({
        model: detector.name,
        ...drift.driftOf(detector),
      }));
      const text = [
        metricText(
          'anomaly_predictor_http_requests_total',
          'counter',
          'Requests answered; status 499 is a client that went away',
          requests.map(({ labels, seconds }) => ({ labels, value: seconds.count })),
        ),
        metricText(
          'anomaly_predictor_http_request_duration_seconds',
          'histogram',
          'Time from the request head to the reply',
          requests.flatMap(({ labels, seconds }) => seconds.samples(labels)),
        ),
        metricText('anomaly_predictor_rows_scored_total', 'counter', 'Rows scored', rows),
        metricText(
          'anomaly_predictor_batch_rows',
          'histogram',
          'Rows per scored batch',
          batchRows.samples(),
        ),
        metricText(
          'anomaly_predictor_queued_rows',
          'gauge',
          'Rows that wait for a worker or are being scored',
          [{ value: queuedRows }],
        ),
        metricText('anomaly_predictor_workers', 'gauge', 'Worker threads', [{ value: workers }]),
        metricText(
          'anomaly_predictor_worker_restarts_total',
          'counter',
          'Worker threads that died and were replaced',
          [{ value: workerRestarts }],
        ),
        metricText('anomaly_predictor_models', 'gauge', 'Detectors that are served', [
          { value: models.live.current.catalog.size },
        ]),
        metricText(
          'anomaly_predictor_model_loads_total',
          'counter',
          'Detectors that were put into service, those at the start included',
          [{ value: models.counts.loads }],
        ),
        metricText(
          'anomaly_predictor_model_load_failures_total',
          'counter',
          'Uploads and files of the model folder that could not be put into service',
          [{ value: models.counts.failures }],
        ),
        metricText(
          'anomaly_predictor_drifted',
          'gauge',
          'Whether the last rows do not look like what the detector was trained on',
          drifts.map(({ model, drifted }) => ({ labels: { model }, value: Number(drifted) })),
        ),
        metricText(
          'anomaly_predictor_drift_rows',
          'gauge',
          'Rows that are compared with those of the training; copies, and rows of one session, count as one',
          drifts.map(({ model, effectiveRows }) => ({ labels: { model }, value: effectiveRows })),
        ),
        metricText(
          'anomaly_predictor_drift_score_psi',
          'gauge',
          'Population stability index of the score',
          drifts.flatMap(({ model, score }) =>
            score === null ? [] : [{ labels: { model }, value: score.psi }],
          ),
        ),
        metricText(
          'anomaly_predictor_drift_psi',
          'gauge',
          'Population stability index of each feature',
          drifts.flatMap(({ model, features }) =>
            features.map(({ name, psi }) => ({ labels: { model, feature: name }, value: psi })),
          ),
        ),
      ];
      return { contentType: EXPOSITION_TYPE, text: text.join('') };
    },
  };
}

/** What `map` has for `key`, made where it has nothing yet. */
function valueAt<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
