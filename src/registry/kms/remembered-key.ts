import type { BoundedCache } from "../bounded-cache.ts";
import type { Attached } from "../policy/policy-request.ts";

/** What decisions on a key need beside its row, for `limits.identityReadMs`. */
export interface RememberedKey {
  /** Their names. */
  readonly aliases: readonly string[];
  /** Grants as policies, by who asks and by the scopes of the request. */
  readonly grants: BoundedCache<string, Promise<readonly Attached[]>>;
}
