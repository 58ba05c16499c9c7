import type { SuppressionHead } from "../../ports/suppression-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { openWaivers } from "../../registry/scanning/suppressions/waivers.ts";
import { matchesWildcard } from "../../registry/wildcard.ts";
import { registryResource, repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type WaiverAnswer, waiverAnswer } from "./waiver-answer.ts";

interface Answer {
  readonly waivers: readonly WaiverAnswer[];
  readonly nextToken?: string;
}

/**
 * Waivers of the caller's registry by name, with those that have ended lately: all, or those whose
 * filter fits one repository. A page may have fewer than there are.
 */
export const listWaivers = operation("entrepot:ListWaivers", {
  input: request({ repositoryName: repositoryName.optional(), maxResults, nextToken }),
  resource: ({ repositoryName: name }, caller) =>
    name === undefined
      ? registryResource(undefined, caller)
      : repositoryResource({ repositoryName: name }, caller),
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller);
    const { repositoryName: name } = input;
    const listing = { operation: "ListWaivers", registry, narrowedBy: [name] };
    const page = await readPage<SuppressionHead, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.suppressions.list(registry, "WAIVER", part),
      key: (head) => head.name,
    });
    const now = ports.clock.now();
    const waivers = await openWaivers(ports, page.items);
    return {
      waivers: waivers
        .filter((each) => name === undefined || matchesWildcard(each.repositoryFilter, name))
        .map((each) => waiverAnswer(each, now)),
      ...(page.more &&
        page.last !== undefined && { nextToken: sealPosition(ports, listing, page.last) }),
    };
  },
});
