import type { RunPosition } from "../../ports/lifecycle-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type LifecycleRunAnswer, lifecycleRunAnswer } from "./lifecycle-run-answer.ts";

interface Runs {
  readonly runs: readonly LifecycleRunAnswer[];
  readonly nextToken?: string;
}

/** What the lifecycle rules of a repository did, run by run, the newest first. */
export const listLifecycleRuns = operation("entrepot:ListLifecycleRuns", {
  input: request({ registryId, repositoryName, nextToken, maxResults }),
  resource: repositoryResource,
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Runs> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const repository = await findRepository(ports, registry, name);
    const listing = { operation: "ListLifecycleRuns", registry, narrowedBy: [name, repository.id] };
    const start = openPosition(ports, listing, input.nextToken);
    const page = await readPage<{ at: number; answer: LifecycleRunAnswer }, RunPosition>({
      after: start === undefined ? undefined : toPosition(start),
      size: input.maxResults ?? limits.pageDefault,
      // Each brings its rules along, which are not told here.
      fetch: async (part) => {
        const runs = await ports.metadata.lifecycle.runs(repository, part);
        return runs.map((run) => ({ at: run.at, answer: lifecycleRunAnswer(run) }));
      },
      key: ({ at, answer: { runId } }) => ({ at, id: runId }),
      atOnce: limits.heavyRowsAtOnce,
    });
    const { last } = page;
    return {
      runs: page.items.map(({ answer }) => answer),
      ...(page.more && last !== undefined
        ? { nextToken: sealPosition(ports, listing, `${last.at} ${last.id}`) }
        : {}),
    };
  },
});

function toPosition(text: string): RunPosition {
  const [at = "", id = ""] = text.split(" ");
  return { at: Number(at), id };
}
