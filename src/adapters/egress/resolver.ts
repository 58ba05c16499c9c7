import { lookup } from "node:dns/promises";
import { limits } from "../../registry/limits.ts";

/** Every address of a host name, in the order in which to try them. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/**
 * Asks the machine, as all its programs do: its file of hosts and its search domains count too. The
 * look-up of a slow name cannot be called off, so no more than so many are under way.
 */
export class SystemResolver {
  #underWay = 0;

  readonly resolve: Resolve = async (hostname) => {
    if (this.#underWay >= limits.egressLookups) throw new Error("too many names are looked up");
    this.#underWay += 1;
    try {
      const found = await lookup(hostname, { all: true, order: "verbatim" });
      return found.map(({ address }) => address);
    } finally {
      this.#underWay -= 1;
    }
  };
}
