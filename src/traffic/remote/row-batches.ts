// Rows that are asked for in the same turn of the event loop, or while enough requests are under way, go together
// in one request; every asker gets the score of its own row, or the error of its request.

/** Requests under way at once; what comes meanwhile makes the next one larger. */
const MOST_UNDER_WAY = 8;

/** Scores of `rows`, in their order; rejects by `deadlineMs`, on the clock of `performance.now()`. */
type ScoreRows = (rows: readonly Float64Array[], deadlineMs: number) => Promise<Float64Array>;

interface Batch {
  readonly rows: Float64Array[];
  readonly askers: Asker[];
  readonly deadlineMs: number;
}

interface Asker {
  resolve(score: number): void;
  reject(error: unknown): void;
}

export class RowBatches {
  readonly #timeoutMs: number;
  readonly #scoreRows: ScoreRows;
  /** Takes rows still. */
  #open: Batch | undefined;
  #underWay = 0;

  constructor(timeoutMs: number, scoreRows: ScoreRows) {
    this.#timeoutMs = timeoutMs;
    this.#scoreRows = scoreRows;
  }

  /** @param row copied; its time limit is that of the first row it goes with */
  add(row: Float64Array): Promise<number> {
    const batch = this.#open ?? this.#begin();
    batch.rows.push(row.slice());
    return new Promise((resolve, reject) => batch.askers.push({ resolve, reject }));
  }

  #begin(): Batch {
    this.#open = { rows: [], askers: [], deadlineMs: performance.now() + this.#timeoutMs };
    // After the callbacks of all sockets that are readable now.
    setImmediate(() => this.#send());
    return this.#open;
  }

  #send(): void {
    const batch = this.#open;
    if (batch === undefined || this.#underWay === MOST_UNDER_WAY) return;
    this.#open = undefined;
    this.#underWay++;
    this.#scoreRows(batch.rows, batch.deadlineMs)
      .then(
        (scores) => {
          for (const [row, { resolve }] of batch.askers.entries()) resolve(scores[row]);
        },
        (error) => {
          for (const { reject } of batch.askers) reject(error);
        },
      )
      .finally(() => {
        this.#underWay--;
        this.#send();
      });
  }
}
