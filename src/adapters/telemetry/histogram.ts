/** Seconds: what is answered from memory takes less than the first, what moves a large layer more than the last. */
export const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600,
];

/** For calls below the doors, which are quicker. */
export const callBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10, 60,
];

/** Counts durations of one set of labels. */
export class Durations {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(seconds: number): void {
    this.#sum += seconds;
    this.#count += 1;
    for (let index = 0; index < this.#bounds.length; index++) {
      if (seconds <= this.#bounds[index]!) {
        this.#counts[index]! += 1;
        return;
      }
    }
  }

  lines(name: string, labels: string): string[] {
    const lines: string[] = [];
    const before = labels === "" ? "" : `${labels},`;
    let sum = 0;
    for (const [index, bound] of this.#bounds.entries()) {
      sum += this.#counts[index] ?? 0;
      lines.push(`${name}_bucket{${before}le="${bound}"} ${sum}`);
    }
    lines.push(`${name}_bucket{${before}le="+Inf"} ${this.#count}`);
    const all = labels === "" ? "" : `{${labels}}`;
    lines.push(`${name}_sum${all} ${this.#sum}`, `${name}_count${all} ${this.#count}`);
    return lines;
  }
}

/**
 * A histogram in Prometheus's text format that costs a few additions for each value: it is on the path
 * of every request. Values of labels are the program's own, of which there are few.
 */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #labelNames: readonly string[];
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Durations>();

  constructor(
    name: string,
    help: string,
    labelNames: readonly string[],
    bounds: readonly number[] = durationBuckets,
  ) {
    this.#name = name;
    this.#help = help;
    this.#labelNames = labelNames;
    this.#bounds = bounds;
  }

  /** To be kept by whoever observes often. @param values in the order of the labels' names */
  of(...values: readonly string[]): Durations {
    const key = values.join("\0");
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const made = new Durations(this.#bounds);
    this.#series.set(key, made);
    return made;
  }

  text(): string {
    const lines = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`];
    for (const [key, durations] of this.#series) {
      const values = key.split("\0");
      const labels = this.#labelNames.map((name, index) => `${name}="${values[index] ?? ""}"`);
      lines.push(...durations.lines(this.#name, labels.join(",")));
    }
    return `${lines.join("\n")}\n`;
  }
}
