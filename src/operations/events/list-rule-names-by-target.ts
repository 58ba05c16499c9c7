import type {
  ListRuleNamesByTargetRequest,
  ListRuleNamesByTargetResponse,
} from "@aws-sdk/client-eventbridge";
import type { PageRequest } from "../../ports/metadata-store.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry, requireDefaultBus } from "./event-target.ts";
import { eventPage } from "./page.ts";
import { arn, busName, nextToken, pageLimit } from "./shapes.ts";

/** The names of rules that have a target with that ARN. */
export const listRuleNamesByTarget = operation("events:ListRuleNamesByTarget", {
  input: request({
    TargetArn: arn,
    EventBusName: busName,
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListRuleNamesByTargetRequest>),
  resource: anyResource,
  access: "List",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListRuleNamesByTargetResponse>> {
    requireDefaultBus(input.EventBusName, caller);
    const registry = ownRegistry(caller);
    const { TargetArn } = input;
    const listing = {
      ...{ operation: "ListRuleNamesByTarget", registry, narrowedBy: [TargetArn] },
      fetch: (page: PageRequest<string>) =>
        ports.metadata.eventRules.namesByTarget(registry, TargetArn, page),
      key: (name: string) => name,
    };
    const { items, end } = await eventPage(ports, listing, input);
    return { RuleNames: items, ...end };
  },
});
