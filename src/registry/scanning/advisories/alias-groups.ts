import { compareNames } from "./vulnerability-names.ts";

/** Which names mean the same vulnerability. Aliases are symmetric and transitive. Source: OSV schema, "aliases". */
export class AliasGroups {
  readonly #parents = new Map<string, string>();
  readonly #members = new Map<string, string[]>();

  add(id: string, aliases: readonly string[]): void {
    for (const alias of aliases) this.#join(id, alias);
  }

  /** One name for all of a group, the same for each of them as long as nothing is added. */
  rootOf(id: string): string {
    let root = id;
    for (let up = this.#parents.get(root); up !== undefined; up = this.#parents.get(root))
      root = up;
    return root;
  }

  /** All names of a group, the preferred one first: CVE, then GitHub's, then any. */
  namesOf(id: string): readonly string[] {
    const root = this.rootOf(id);
    return (this.#members.get(root) ?? [root]).toSorted(compareNames);
  }

  /** The smaller group goes below the larger one: no chain is longer than the logarithm of all names. */
  #join(one: string, other: string): void {
    let [over, under] = [this.rootOf(one), this.rootOf(other)];
    if (over === under) return;
    const sizes = (id: string) => this.#members.get(id)?.length ?? 1;
    if (sizes(over) < sizes(under)) [over, under] = [under, over];
    const all = this.#members.get(over) ?? [over];
    all.push(...(this.#members.get(under) ?? [under]));
    this.#members.set(over, all);
    this.#members.delete(under);
    this.#parents.set(under, over);
  }
}
