import type { ListEventBusesRequest, ListEventBusesResponse } from "@aws-sdk/client-eventbridge";
import { busArn } from "../../registry/events/rule.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
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
  async handle({ NamePrefix = "" }, { caller }): Promise<Wire<ListEventBusesResponse>> {
    const bus = { Name: "default", Arn: busArn(ownRegistry(caller)) };
    return { EventBuses: bus.Name.startsWith(NamePrefix) ? [bus] : [] };
  },
});
