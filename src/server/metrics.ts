// Prometheus metrics. prom-client keeps and prints them; the hot path holds its children ready, because
// looking one up by its labels costs more than counting.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine } from '../engine/engine.js';
import type { JobReply } from '../engine/job.js';

export interface ServerMetrics {
  /** Counts one answered request. */
  request(route: string, status: number, elapsedMs: number): void;
  /** Counts the rows of one scored job. */
  scored(job: Omit<JobReply, 'body'>): void;
  /** Content type and text of the exposition. */
  expose(): Promise<{ contentType: string; text: string }>;
}

export function createMetrics(engine: Engine): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'anomaly_predictor_http_requests_total',
    help: 'Requests answered; status 499 is a client that went away',
    labelNames: ['route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'anomaly_predictor_http_request_duration_seconds',
    help: 'Time from the request head to the reply',
    labelNames: ['route', 'status'],
    buckets: [0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10],
    registers,
  });
  const rows = new Counter({
    name: 'anomaly_predictor_rows_scored_total',
    help: 'Rows scored',
    labelNames: ['model', 'prediction'],
    registers,
  });
  const batchRows = new Histogram({
    name: 'anomaly_predictor_batch_rows',
    help: 'Rows per scored batch',
    buckets: [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
    registers,
  });
  new Gauge({
    name: 'anomaly_predictor_queued_rows',
    help: 'Rows that wait for a worker or are being scored',
    registers,
    collect() {
      this.set(engine.status.queuedRows);
    },
  });
  new Gauge({
    name: 'anomaly_predictor_workers',
    help: 'Worker threads',
    registers,
    collect() {
      this.set(engine.status.workers);
    },
  });
  new Counter({
    name: 'anomaly_predictor_worker_restarts_total',
    help: 'Worker threads that died and were replaced',
    registers,
    collect() {
      this.reset();
      this.inc(engine.status.workerRestarts);
    },
  });

  const byRoute = memo((route: string) =>
    memo((status: number) => {
      const labels = { route, status: String(status) };
      return { count: requests.labels(labels), duration: durations.labels(labels) };
    }),
  );
  const byModel = memo((model: string) => ({
    normal: rows.labels({ model, prediction: 'normal' }),
    anomaly: rows.labels({ model, prediction: 'anomaly' }),
  }));

  return {
    request(route, status, elapsedMs) {
      const { count, duration } = byRoute(route)(status);
      count.inc();
      duration.observe(elapsedMs / 1_000);
    },
    scored({ nRows, tallies }) {
      batchRows.observe(nRows);
      for (const { model, normal, anomaly } of tallies) {
        const counters = byModel(model);
        if (normal > 0) counters.normal.inc(normal);
        if (anomaly > 0) counters.anomaly.inc(anomaly);
      }
    },
    async expose() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}
