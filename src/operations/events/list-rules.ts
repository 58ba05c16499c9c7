import type { ListRulesRequest, ListRulesResponse } from "@aws-sdk/client-eventbridge";
import type { PageRequest } from "../../ports/metadata-store.ts";
import type { EventRule } from "../../registry/events/rule.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry, requireDefaultBus } from "./event-target.ts";
import { eventPage } from "./page.ts";
import { ruleAnswer } from "./rule-answer.ts";
import { busName, namePrefix, nextToken, pageLimit } from "./shapes.ts";

/** The rules of the caller's bus by name. */
export const listRules = operation("events:ListRules", {
  input: request({
    NamePrefix: namePrefix,
    EventBusName: busName,
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListRulesRequest>),
  resource: anyResource,
  access: "List",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListRulesResponse>> {
    requireDefaultBus(input.EventBusName, caller);
    const registry = ownRegistry(caller);
    const { NamePrefix } = input;
    const listing = {
      ...{ operation: "ListRules", registry, narrowedBy: [NamePrefix] },
      fetch: (page: PageRequest<string>) =>
        ports.metadata.eventRules.list(registry, page, NamePrefix),
      key: ({ name }: EventRule) => name,
    };
    const { items, end } = await eventPage(ports, listing, input);
    return { Rules: items.map(ruleAnswer), ...end };
  },
});
