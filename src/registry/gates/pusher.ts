import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Principal } from "../identity/principal.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { gateLimits } from "./gate-limits.ts";

/**
 * Who pushes, and who reviews: a user or a role, not a session of it, so that nobody becomes another by
 * taking a new session.
 */
export function personOf({
  roleArn,
  userArn,
  arn,
}: Pick<Principal, "roleArn" | "userArn" | "arn">): string {
  return roleArn ?? userArn ?? arn;
}

/**
 * Remembers more who pushed an image, or gave it a tag. Of more than `gateLimits.pushers` not all are
 * remembered: then nobody can say that they are not among them.
 */
export async function addPushers(
  { gates }: Pick<MetadataChange, "gates">,
  repository: RepositoryRef,
  digest: Digest,
  pushers: readonly (string | undefined)[],
): Promise<void> {
  const more = pushers.filter((each) => each !== undefined);
  if (more.length === 0) return;
  const known = await gates.pushers(repository, digest);
  const all = [...new Set([...known, ...more])].slice(0, gateLimits.pushers);
  if (all.length > known.length) await gates.setPushers(repository, digest, all);
}
