import type {
  ListPullTimeUpdateExclusionsRequest,
  ListPullTimeUpdateExclusionsResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import type { PullTimeExclusion } from "../../registry/images/pull-time-exclusion.ts";
import { limits } from "../../registry/limits.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { registryResource } from "./resource.ts";
import { type Members, maxResults, nextToken, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** The users and roles whose pulls move no pull times in the caller's registry, by ARN. */
export const listPullTimeUpdateExclusions = operation("ecr:ListPullTimeUpdateExclusions", {
  input: request({ maxResults, nextToken } satisfies Members<ListPullTimeUpdateExclusionsRequest>),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter", "LimitExceeded", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListPullTimeUpdateExclusionsResponse>> {
    const registry = registryOf(caller);
    const listing = { operation: "ListPullTimeUpdateExclusions", registry };
    const page = await readPage<PullTimeExclusion, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.pullTimeExclusions.list(registry, part),
      key: ({ principalArn }) => principalArn,
    });
    return {
      pullTimeUpdateExclusions: page.items.map(({ principalArn }) => principalArn),
      ...(page.more && page.last !== undefined
        ? { nextToken: sealPosition(ports, listing, page.last) }
        : {}),
    };
  },
});
