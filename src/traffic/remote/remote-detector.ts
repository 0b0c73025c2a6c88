// A detector that another process serves: behaviours are scored by its engine, over HTTP, within a time limit.
// A guard asks it in place of a detector of its own.
import { AnomalyPredictorError } from '../../errors.js';
import type { Explanation } from '../../model/explanation.js';
import type { Schema } from '../../model/schema.js';
import type { TrafficSettings } from '../../model/traffic-settings.js';
import { EngineClient, type EngineRequest } from './engine-client.js';
import { type RemoteConfig, type RemoteOptions, readRemoteOptions } from './remote-options.js';
import { RowBatches } from './row-batches.js';
import {
  decodeDescription,
  decodeExplanation,
  decodeScores,
  encodeRows,
  type ModelDescription,
} from './wire.js';

/**
 * Whatever it throws is an AnomalyPredictorError: `timed-out`, `circuit-open`, `request-failed`, or the engine's own,
 * as `unauthenticated`, `forbidden`, `unknown-model` and `queue-full`.
 */
export interface RemoteDetector {
  /** What the engine serves under the name: another object wherever that has changed. */
  model(): Promise<RemoteModel>;
  /** Closes the connections; what waits for a reply fails. */
  close(): void;
}

export interface RemoteModel {
  readonly name: string;
  readonly version: string;
  readonly schema: Schema;
  /** How the traffic was read that it learned from; where it learned from traffic. */
  readonly traffic?: TrafficSettings | undefined;
  /**
   * @param row [nFeatures] in the order of `schema`, unscaled, finite; copied
   * @returns as a detector here gives it: higher is more normal, above 0 is normal. Fails if the engine serves a
   *   detector with other features by now; of one with the same, the score is the new one's.
   */
  score(row: Float64Array): Promise<number>;
  /** Why the row has its score; contributions are [nFeatures]. */
  explain(row: Float64Array): Promise<Explanation>;
}

const FIRST_SERVER_ERROR = 500;

/** @throws AnomalyPredictorError `bad-option` */
export function remoteDetector(options: RemoteOptions): RemoteDetector {
  return new EngineDetector(readRemoteOptions(options));
}

class EngineDetector implements RemoteDetector {
  readonly #config: RemoteConfig;
  readonly #client: EngineClient;
  #known: RemoteModel | undefined;
  #learning: Promise<RemoteModel> | undefined;

  constructor(config: RemoteConfig) {
    this.#config = config;
    this.#client = new EngineClient(config);
  }

  async model(): Promise<RemoteModel> {
    return this.#known ?? this.#learn(this.#deadlineMs());
  }

  close(): void {
    this.#client.close();
  }

  #learn(deadlineMs: number): Promise<RemoteModel> {
    this.#learning ??= this.#client
      .ask({ path: `v1/models/${this.#config.model}` }, deadlineMs, decodeDescription)
      .then((description) => {
        this.#known = this.#served(description);
        return this.#known;
      })
      .finally(() => {
        this.#learning = undefined;
      });
    return this.#learning;
  }

  #served({ name, version, schema, traffic }: ModelDescription): RemoteModel {
    const nFeatures = schema.features.length;
    // Rows at each call of live sessions are another sample than the one that drift is told by; the guard takes that.
    const path = `v1/score?model=${this.#config.model}&drift=false`;
    const batches = new RowBatches(this.#config.timeoutMs, async (rows, deadlineMs) => {
      const reply = await this.#ask({ path, body: encodeRows(rows) }, deadlineMs, (bytes) =>
        decodeScores(bytes, rows.length),
      );
      await this.#requireSameFeatures(schema, version, reply.version, deadlineMs);
      return reply.scores;
    });
    return {
      name,
      version,
      schema,
      traffic: traffic ?? undefined,
      score: async (row) => {
        requireRow(schema, row);
        return batches.add(row);
      },
      explain: async (row) => {
        requireRow(schema, row);
        const deadlineMs = this.#deadlineMs();
        const request = { path: `${path}&explain=true`, body: encodeRows([row]) };
        const reply = await this.#ask(request, deadlineMs, (bytes) =>
          decodeExplanation(bytes, nFeatures),
        );
        await this.#requireSameFeatures(schema, version, reply.version, deadlineMs);
        return reply.explanation;
      },
    };
  }

  /** Where the engine refuses, it may serve something else by now. */
  async #ask<T>(
    request: EngineRequest,
    deadlineMs: number,
    decode: (body: Buffer) => T,
  ): Promise<T> {
    try {
      return await this.#client.ask(request, deadlineMs, decode);
    } catch (error) {
      if (error instanceof AnomalyPredictorError && error.status < FIRST_SERVER_ERROR) {
        this.#known = undefined;
      }
      throw error;
    }
  }

  /** Detectors may be replaced while they are served; a row is of one's features in their order. */
  async #requireSameFeatures(
    schema: Schema,
    version: string,
    repliedVersion: string,
    deadlineMs: number,
  ): Promise<void> {
    if (repliedVersion === version) return;
    let served = this.#known;
    if (served?.version !== repliedVersion) served = await this.#learn(deadlineMs);
    if (served.version === repliedVersion && haveSameFeatures(served.schema, schema)) return;
    const { model } = this.#config;
    throw new AnomalyPredictorError(
      'request-failed',
      `detector "${model}" was replaced by one with other features while it was asked`,
      { model },
    );
  }

  #deadlineMs(): number {
    return performance.now() + this.#config.timeoutMs;
  }
}

function haveSameFeatures({ features: some }: Schema, { features: others }: Schema): boolean {
  return (
    some.length === others.length && some.every(({ name }, index) => name === others[index].name)
  );
}

/** Alone, so that a bad row fails by itself and not all that it would go with. */
function requireRow({ features }: Schema, row: Float64Array): void {
  if (row.length !== features.length) {
    throw new AnomalyPredictorError(
      'invalid-field',
      `the row has ${row.length} values, expected ${features.length}`,
    );
  }
  const bad = row.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const { name: field } = features[bad];
  const value = row[bad];
  throw new AnomalyPredictorError(
    'invalid-field',
    `"${field}" expected a finite number, got ${value}`,
    { field, value },
  );
}
