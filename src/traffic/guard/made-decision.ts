// A decision as it is made: small, since every request has one; what is seldom read is computed when it is.
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
  readonly requestId: string;
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
  readonly #ruling: Ruling;
  #explanation: Explanation | undefined;
  #earlier: MadeDecision | undefined;
  #isRefusedLater = false;

  constructor(course: CourseFacts & Ruling, finding: Finding, refused: boolean) {
    this.#ruling = course;
    this.action = finding.action;
    this.reason = finding.reason;
    this.mode = course.mode;
    this.refused = refused;
    this.requestId = course.requestId;
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
  }

  /** Takes the place of another guard's on the request. */
  follow(earlier: MadeDecision): void {
    this.#earlier = earlier;
    if (!this.refused) return;
    for (let one: MadeDecision | undefined = earlier; one !== undefined; one = one.#earlier) {
      one.#isRefusedLater = true;
    }
  }

  /** Whether the request was answered by this guard, or by a later one. */
  get isAnsweredByGuard(): boolean {
    return this.refused || this.#isRefusedLater;
  }

  /** The ruling that led to this decision or to an earlier one, if it `isOwn`. */
  rulingBy(isOwn: (ruling: Ruling) => boolean): Ruling | undefined {
    return isOwn(this.#ruling) ? this.#ruling : this.#earlier?.rulingBy(isOwn);
  }

  get behaviour(): Readonly<Record<string, number>> | undefined {
    const row = this.#row;
    const features = this.#judging?.schema.features;
    if (row === undefined || features === undefined) return undefined;
    return Object.fromEntries(features.map(({ name }, column) => [name, row[column]]));
  }

  get outOfRange(): readonly string[] | undefined {
    return this.#row && this.#judging?.outOfRange?.(this.#row);
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
    const { error, explanation, behaviour, outOfRange = [] } = this;
    return {
      ...this,
      error: error instanceof Error ? error.message : error,
      behaviour,
      ...(outOfRange.length > 0 && { outOfRange }),
      ...(explanation && {
        contributions: Object.fromEntries(
          explanation.features.map(({ name }, at) => [name, explanation.contributions[at]]),
        ),
      }),
    };
  }
}
