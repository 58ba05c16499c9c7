import type { SourceRepository, TakeoverSource } from "../../ports/takeover-source.ts";
import type { TakeoverTarget } from "../../ports/takeover-target.ts";
import { inParallel } from "../in-parallel.ts";
import { isRepositoryName } from "../names.ts";
import { Slots } from "../slots.ts";
import { matchesWildcard } from "../wildcard.ts";
import { CopiedLayers } from "./copied-layers.ts";
import type { Pause } from "./persevere.ts";
import { RepositoryTakeover } from "./repository-takeover.ts";
import { TakeoverFailure } from "./takeover-failure.ts";
import { type Progress, TakeoverReport, type TakeoverWish } from "./takeover-report.ts";

export interface TakeoverParts {
  readonly source: TakeoverSource;
  readonly target: TakeoverTarget;
  readonly pause: Pause;
  readonly onProgress: Progress;
}

/**
 * Takes everything that is wanted from the source into the target. What the target has is not sent, so that it can
 * be cut anywhere and begun anew. An image that can not come is left out, told with its reason, and keeps no other
 * one back.
 * @throws TakeoverFailure if the source can not be listed
 */
export async function takeOver(parts: TakeoverParts, wish: TakeoverWish): Promise<TakeoverReport> {
  const report = new TakeoverReport();
  const layers = new CopiedLayers();
  const slots = new Slots(wish.parallel);
  const wanted = wantedOf(parts.source, wish);
  await inParallel(wanted, wish.parallel, async (repository) => {
    const name = targetName(repository.name, wish);
    report.repositories.seen += 1;
    if (!isRepositoryName(name)) {
      report.leaveOut(name, undefined, "It is no name of a repository of ECR; see --to");
      return;
    }
    try {
      const run = { ...parts, wish, report, layers, slots };
      await new RepositoryTakeover(run, repository, name).run();
    } catch (error) {
      if (!(error instanceof TakeoverFailure)) throw error;
      report.leaveOut(name, undefined, error.message);
    }
  });
  return report;
}

async function* wantedOf(
  source: TakeoverSource,
  { repositories: patterns }: TakeoverWish,
): AsyncGenerator<SourceRepository> {
  for await (const repository of source.repositories()) {
    const { name } = repository;
    const isWanted =
      patterns.length === 0 ||
      (name !== undefined && patterns.some((pattern) => matchesWildcard(pattern, name)));
    if (isWanted) yield repository;
  }
}

function targetName(name: string | undefined, { prefix, fallbackName }: TakeoverWish): string {
  if (name === undefined) return prefix ?? fallbackName;
  return prefix === undefined ? name : `${prefix}/${name}`;
}
