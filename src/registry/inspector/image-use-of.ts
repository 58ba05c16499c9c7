import type { Ports } from "../../ports/ports.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { inspectorLimits } from "./inspector-limits.ts";

/** By how many it is said to be in use now, of at most `inspectorLimits.pageItems`, and when that was said last. */
export async function useOfImage(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  repository: RepositoryRef,
  digest: Digest,
): Promise<{ readonly count: number; readonly lastAt: number | undefined }> {
  const limit = inspectorLimits.pageItems;
  const from = { after: { digest, reporter: "" }, limit };
  const listed = await metadata.inUse.list(repository, from, clock.now());
  const uses = listed.filter((use) => use.digest === digest);
  const times = uses.map(({ reportedAt }) => reportedAt);
  return { count: uses.length, lastAt: times.length === 0 ? undefined : Math.max(...times) };
}
