import type { VerdictFilter, VerdictPosition } from "../../ports/gate-store.ts";
import type { Verdict } from "../../registry/gates/gate.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest, Registry, RepositoryName } from "../../registry/names.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { isHiddenName } from "../../registry/trash/trash.ts";
import type { HandlerContext } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type VerdictAnswer, verdictAnswer } from "./gate-answer.ts";

interface Wanted {
  readonly operation: "ListHeldImages" | "ListReviews";
  readonly repositoryName?: RepositoryName | undefined;
  readonly filter: VerdictFilter;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/**
 * One page of verdicts, of one repository or of the caller's registry: there of those of which the caller
 * may ask by name. Not of what is in the trash.
 */
export async function listVerdicts(
  { ports, caller }: Pick<HandlerContext, "ports" | "caller">,
  wanted: Wanted,
): Promise<{ verdicts: VerdictAnswer[]; nextToken?: string }> {
  const registry = registryOf(caller);
  const { repositoryName: name, filter } = wanted;
  const { metadata } = ports;
  const { state = "", review = "" } = filter;
  const listing = { operation: `${wanted.operation} ${state}${review} ${name ?? ""}`, registry };
  const start = openPosition(ports, listing, wanted.nextToken);
  const repository = name && (await findRepository(ports, registry, name));
  const names = new Map<string, RepositoryName | undefined>();
  if (repository !== undefined) names.set(repository.id, repository.name);
  const page = await readPage<Verdict, VerdictPosition>({
    after: start === undefined ? undefined : toPosition(start),
    size: wanted.maxResults ?? limits.pageDefault,
    fetch: ({ after, limit }) =>
      repository === undefined
        ? metadata.gates.verdicts(registry, { ...(after && { after }), limit }, filter)
        : metadata.gates.verdictsIn(
            repository,
            { ...(after && { after: after.digest }), limit },
            filter,
          ),
    key: ({ repository: { id }, digest }) => ({ repositoryId: id, digest }),
  });
  const sight = new RepositorySight(ports, caller);
  const isSeen = (name: RepositoryName) =>
    repository !== undefined || sight.may(`entrepot:${wanted.operation}`, { registry, name });
  const verdicts: VerdictAnswer[] = [];
  for (const verdict of page.items) {
    const { id } = verdict.repository;
    if (!names.has(id)) names.set(id, await nameOf(metadata, registry, id));
    const known = names.get(id);
    if (known !== undefined && (await isSeen(known))) verdicts.push(verdictAnswer(known, verdict));
  }
  if (!page.more || page.last === undefined) return { verdicts };
  const { repositoryId, digest } = page.last;
  return { verdicts, nextToken: sealPosition(ports, listing, `${repositoryId} ${digest}`) };
}

async function nameOf(
  { repositories }: HandlerContext["ports"]["metadata"],
  registry: Registry,
  id: string,
): Promise<RepositoryName | undefined> {
  const found = await repositories.findById({ registry, id });
  return found === undefined || isHiddenName(found.name) ? undefined : found.name;
}

function toPosition(text: string): VerdictPosition {
  const [repositoryId = "", digest = ""] = text.split(" ");
  return { repositoryId, digest: digest as Digest };
}
