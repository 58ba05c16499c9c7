/**
 * Jobs that are done in turns: of several whose work is due, each is served once before one is served
 * again, however much one of them has asked for. A turn is named `way/whose`: what may be slow or shut,
 * and for whom work goes that way.
 */
export interface TurnRule {
  /** Kinds with one name share what follows. */
  readonly group: string;
  /** Jobs of the group that one process runs at once: less than it has places, which others need too. */
  readonly atOnce: number;
  /** Of these, jobs that go one way: less than that, so that one which hangs leaves room. */
  readonly ofWay: number;
}

/** @param way without a `/` */
export function turnOf(way: string, whose: string): string {
  return `${way}/${whose}`;
}

/** Empty for a job that has no turn. */
export function wayOf(turn: string): string {
  return turn.split("/", 1)[0] ?? "";
}

/** What one process runs of a group, and whose turn it was last. */
export class Turns {
  readonly #rule: TurnRule;
  readonly #underWay: Map<string, number>;
  /** By kind. */
  readonly #last: Map<string, string>;

  constructor(rule: TurnRule, underWay = new Map<string, number>(), last = new Map()) {
    this.#rule = rule;
    this.#underWay = underWay;
    this.#last = last;
  }

  /** For work that may be undone. */
  copy(): Turns {
    return new Turns(this.#rule, new Map(this.#underWay), new Map(this.#last));
  }

  hasRoom(): boolean {
    let running = 0;
    for (const count of this.#underWay.values()) running += count;
    return running < this.#rule.atOnce;
  }

  /** Ways of which no more may be begun now. */
  fullWays(): string[] {
    return [...this.#underWay].flatMap(([way, count]) => (count < this.#rule.ofWay ? [] : [way]));
  }

  /** `undefined` before the first. */
  lastOf(kind: string): string | undefined {
    return this.#last.get(kind);
  }

  begun(kind: string, turn: string): void {
    const way = wayOf(turn);
    this.#underWay.set(way, (this.#underWay.get(way) ?? 0) + 1);
    this.#last.set(kind, turn);
  }

  ended(turn: string): void {
    const way = wayOf(turn);
    const left = (this.#underWay.get(way) ?? 0) - 1;
    if (left > 0) this.#underWay.set(way, left);
    else this.#underWay.delete(way);
  }
}
