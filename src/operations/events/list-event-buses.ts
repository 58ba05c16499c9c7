import type { ListEventBusesRequest, ListEventBusesResponse } from "@aws-sdk/client-eventbridge";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { busAnswer } from "./bus-answer.ts";
import { anyResource, ownRegistry } from "./event-target.ts";
import { namePrefix, nextToken, pageLimit } from "./shapes.ts";

/** The default bus, where its name begins so. */
export const listEventBuses = operation("events:ListEventBuses", {
  input: request({
    NamePrefix: namePrefix,
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListEventBusesRequest>),
  resource: anyResource,
  access: "List",
  errors: [],
  async handle({ NamePrefix = "" }, { ports, caller }): Promise<Wire<ListEventBusesResponse>> {
    if (!"default".startsWith(NamePrefix)) return { EventBuses: [] };
    return { EventBuses: [await busAnswer(ports, ownRegistry(caller))] };
  },
});
