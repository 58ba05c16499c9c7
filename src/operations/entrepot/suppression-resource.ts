/** What operations on waivers and VEX documents are asked on: the repositories that their filters fit. */
import { z } from "zod";
import type { SuppressionKind } from "../../ports/suppression-store.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import {
  changedMeanwhile,
  type Filtered,
  findSuppression,
  type ReadSuppression,
  suppressionKey,
} from "../../registry/scanning/suppressions/stored-suppressions.ts";
import { suppressionLimits } from "../../registry/scanning/suppressions/suppression-limits.ts";
import type { Environment, FurtherAction, HandlerContext } from "../operation.ts";
import { filteredRepositories, filterResource } from "./filtered-repositories.ts";

/** A name of a waiver or of a document. */
export const suppressionName = z
  .string()
  .min(1)
  .max(suppressionLimits.nameCharacters)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/);

/** The filter of one that is there. Where there is none, all repositories: nothing is told. */
export async function namedSuppression(
  kind: SuppressionKind,
  name: string,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  const registry = registryOf(caller);
  const found = await findSuppression(ports, suppressionKey(registry, kind, name));
  return filterResource(registry, found?.document.repositoryFilter ?? "*");
}

/** Whoever changes one must be allowed so in each repository that it is about, now and after that. */
export async function furtherSuppressed(
  action: string,
  kind: SuppressionKind,
  { name, repositoryFilter }: Pick<Filtered, "name"> & Partial<Filtered>,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<FurtherAction[]> {
  const registry = registryOf(caller);
  const before = await findSuppression(ports, suppressionKey(registry, kind, name));
  const filters = new Set([before?.document.repositoryFilter, repositoryFilter]);
  const resources: Resource[] = [];
  for (const filter of filters) {
    if (filter === undefined) continue;
    resources.push(filterResource(registry, filter));
    resources.push(...(await filteredRepositories(ports, registry, filter)));
  }
  return resources.map((resource) => ({ action, resource }));
}

/**
 * What is there now, where the caller was judged by it.
 * @throws ConcurrentModification where it is about others since then
 */
export async function judgedSuppression<Document extends Filtered>(
  {
    ports,
    caller,
    target,
    furtherTargets,
  }: Pick<HandlerContext, "ports" | "caller" | "target" | "furtherTargets">,
  kind: SuppressionKind,
  name: string,
): Promise<ReadSuppression<Document> | undefined> {
  const registry = registryOf(caller);
  const found = await findSuppression<Document>(ports, suppressionKey(registry, kind, name));
  if (found === undefined) return undefined;
  const { arn } = filterResource(registry, found.document.repositoryFilter);
  if ([target, ...furtherTargets].some((judged) => judged.arn === arn)) return found;
  throw changedMeanwhile({ kind, name });
}
