// What the server counts for Prometheus: requests and their time, rows and batches, and the engine's state.
import type { Engine } from '../engine/engine.js';
import type { JobReply } from '../engine/job.js';
import { EXPOSITION_TYPE, family, Histogram, sampleLine } from './prometheus.js';

export interface ServerMetrics {
  /** Counts one answered request. */
  request(route: string, status: number, elapsedMs: number): void;
  /** Counts the rows of one scored job. */
  scored(job: Omit<JobReply, 'body'>): void;
  /** Content type and text of the exposition. */
  expose(): { contentType: string; text: string };
}

const REQUEST_SECONDS = [0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10];
const BATCH_ROWS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

export function createMetrics(engine: Engine): ServerMetrics {
  const secondsByRoute = new Map<string, Map<number, Histogram>>();
  const rowsByModel = new Map<string, { normal: number; anomaly: number }>();
  const batchRows = new Histogram(BATCH_ROWS);

  return {
    request(route, status, elapsedMs) {
      const byStatus = valueAt(secondsByRoute, route, () => new Map<number, Histogram>());
      valueAt(byStatus, status, () => new Histogram(REQUEST_SECONDS)).observe(elapsedMs / 1_000);
    },

    scored({ nRows, tallies }) {
      batchRows.observe(nRows);
      for (const { model, normal, anomaly } of tallies) {
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
        { labels: { model, prediction: 'normal' }, nRows: normal },
        { labels: { model, prediction: 'anomaly' }, nRows: anomaly },
      ]);
      const { queuedRows, workers, workerRestarts } = engine.status;
      const families = [
        family(
          'http_requests_total',
          'counter',
          'Requests answered; status 499 is a client that went away',
          requests.map(({ labels, seconds }) => ['', labels, seconds.count]),
        ),
      ];
      return { contentType: EXPOSITION_TYPE, text: families.join('') };
    },
  };
}
