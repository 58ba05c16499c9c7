import type { MetadataChange } from "../../ports/metadata-store.ts";
import { namesOf, personOf } from "../identity/person.ts";
import type { Principal } from "../identity/principal.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { gateLimits } from "./gate-limits.ts";

/** All that it is remembered by who pushes, or gives a tag. Nobody, where no caller is known. */
export function pushersOf(principal: Principal | undefined): readonly string[] {
  return principal === undefined ? [] : namesOf(personOf(principal));
}

/**
 * Remembers more who pushed an image, or gave it a tag. Of more than `gateLimits.pushers` not all are
 * remembered: then nobody can say that they are not among them.
 */
export async function addPushers(
  { gates }: Pick<MetadataChange, "gates">,
  repository: RepositoryRef,
  digest: Digest,
  pushers: readonly string[],
): Promise<void> {
  if (pushers.length === 0) return;
  const known = await gates.pushers(repository, digest);
  const all = [...new Set([...known, ...pushers])].slice(0, gateLimits.pushers);
  if (all.length > known.length) await gates.setPushers(repository, digest, all);
}
