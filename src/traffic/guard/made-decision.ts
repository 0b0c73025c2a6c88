// A decision as it is made: small, since every request has one; what is seldom read is computed when it is.
import { randomUUID } from 'node:crypto';
import type { Explanation } from '../../model/explanation.js';
import type { TrafficPrediction } from '../judge.js';
import type { CourseFacts, Finding } from './course.js';
import type { Decision, GuardAction, GuardMode, GuardReason } from './decision.js';
import type { Judging } from './detector-source.js';
import type { Ruling } from './ruling.js';

export class MadeDecision implements Decision {
  readonly action: GuardAction;
  readonly reason: GuardReason;
  readonly mode: GuardMode;
  readonly refused: boolean;
  readonly timeMs: number;
  readonly route: string;
  readonly client: string;
  readonly prediction: TrafficPrediction | undefined;
  readonly score: number;
  readonly threshold: number;
  readonly detector: string | undefined;
  readonly error: unknown;
  readonly #row: readonly number[] | undefined;
  readonly #judging: Judging | undefined;
  #explanation: Explanation | undefined;
  #requestId: string | undefined;
  #ruling: Ruling | undefined;
  #earlier: MadeDecision | undefined;

  constructor(course: CourseFacts & Ruling, finding: Finding, refused: boolean) {
    this.#ruling = course;
    this.action = finding.action;
    this.reason = finding.reason;
    this.mode = course.mode;
    this.refused = refused;
    this.timeMs = course.timeMs;
    this.route = course.route;
    this.client = course.client;
    this.prediction = finding.prediction;
    this.score = finding.score ?? Number.NaN;
    this.threshold = course.threshold;
    this.detector = finding.judging?.label;
    this.error = finding.error;
    this.#row = finding.row;
    this.#judging = finding.judging;
    this.#requestId = course.givenId;
  }

  /** Made when it is first asked for, where the request has none of its own. */
  get requestId(): string {
    this.#requestId ??= randomUUID();
    return this.#requestId;
  }

  /** Takes the place of another guard's on the request. */
  follow(earlier: MadeDecision | undefined): void {
    this.#earlier = earlier;
  }

  /** The ruling of a request under way, on which this or an earlier decision is `isOwn`. */
  rulingBy(isOwn: (ruling: Ruling) => boolean): Ruling | undefined {
    const ruling = this.#ruling;
    return ruling !== undefined && isOwn(ruling) ? ruling : this.#earlier?.rulingBy(isOwn);
  }

  /** The reply has ended: who keeps the decision does not keep the request. */
  letGo(): void {
    this.#ruling = undefined;
    this.#earlier = undefined;
  }

  get behaviour(): Readonly<Record<string, number>> | undefined {
    const row = this.#row;
    const features = this.#judging?.schema.features;
    if (row === undefined || features === undefined) return undefined;
    return Object.fromEntries(features.map(({ name }, column) => [name, row[column]]));
  }

  get explanation(): Explanation | undefined {
    const row = this.#flaggedRow;
    if (row === undefined) return undefined;
    this.#explanation ??= this.#judging?.explain?.(row);
    return this.#explanation;
  }

  async explain(): Promise<Explanation | undefined> {
    const row = this.#flaggedRow;
    return row && (this.explanation ?? this.#judging?.explainLater?.(row));
  }

  get #flaggedRow(): Float64Array | undefined {
    const isFlagged = this.action === 'would-block' || this.action === 'block';
    return isFlagged && this.#row !== undefined ? Float64Array.from(this.#row) : undefined;
  }

  /** For logs: all of it, as plain values. */
  toJSON(): object {
    const { error, explanation, behaviour, requestId } = this;
    return {
      ...this,
      requestId,
      error: error instanceof Error ? error.message : error,
      behaviour,
      ...(explanation && {
        contributions: Object.fromEntries(
          explanation.features.map(({ name }, at) => [name, explanation.contributions[at]]),
        ),
      }),
    };
  }
}
