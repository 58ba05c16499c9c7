import { costLimits } from "./cost-limits.ts";
import { added, nothing, type Quantities } from "./cost-usage.ts";
import type { RepositoryUsage } from "./month-usage.ts";

export interface KeptPart {
  readonly kind: "REPOSITORY" | "TAG" | "UNTAGGED";
  /** A repository's name, or a tag's value. */
  readonly key: string;
  readonly used: Quantities;
}

/**
 * The repositories that cost most, or what those with each value of a tag used, in bounded memory.
 * What is not kept is folded by who splits the bill.
 */
export class KeptParts {
  readonly #most: number;
  readonly #kind: "REPOSITORY" | "TAG";
  readonly #weigh: (used: Quantities) => number;
  #ranked: (KeptPart & { readonly weight: number })[] = [];
  readonly #values = new Map<string | undefined, Quantities>();

  constructor(most: number, kind: "REPOSITORY" | "TAG", weigh: (used: Quantities) => number) {
    this.#most = most;
    this.#kind = kind;
    this.#weigh = weigh;
  }

  add({ name, used, tag }: RepositoryUsage): void {
    if (this.#kind === "TAG") {
      const known = this.#values.get(tag);
      if (known === undefined && this.#values.size >= costLimits.tagValues) return;
      this.#values.set(tag, added(known ?? nothing, used));
      return;
    }
    this.#ranked.push({ kind: this.#kind, key: name, used, weight: this.#weigh(used) });
    if (this.#ranked.length >= 2 * this.#most) this.#cut();
  }

  parts(): KeptPart[] {
    if (this.#kind === "REPOSITORY") {
      this.#cut();
      return this.#ranked;
    }
    return [...this.#values].map(([tag, used]) => ({
      kind: tag === undefined ? "UNTAGGED" : "TAG",
      key: tag ?? "",
      used,
    }));
  }

  #cut(): void {
    this.#ranked.sort((a, b) => b.weight - a.weight);
    this.#ranked.length = Math.min(this.#ranked.length, this.#most);
  }
}
