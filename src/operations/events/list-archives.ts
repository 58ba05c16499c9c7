import type { ListArchivesRequest, ListArchivesResponse } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import type { PageRequest } from "../../ports/metadata-store.ts";
import type { EventArchive } from "../../registry/events/archive.ts";
import { busArn } from "../../registry/events/rule.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { archiveAnswer } from "./archive-answer.ts";
import { anyResource, ownRegistry } from "./event-target.ts";
import { eventPage, fitting } from "./page.ts";
import { arn, namePrefix, nextToken, pageLimit } from "./shapes.ts";

const states = ["ENABLED", "DISABLED", "CREATING", "UPDATING", "CREATE_FAILED", "UPDATE_FAILED"];

/** The archives of the caller's bus by name. */
export const listArchives = operation("events:ListArchives", {
  input: request({
    NamePrefix: namePrefix,
    EventSourceArn: arn.optional(),
    State: z.enum(states).optional(),
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListArchivesRequest>),
  resource: anyResource,
  access: "List",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListArchivesResponse>> {
    const registry = ownRegistry(caller);
    const { NamePrefix = "", EventSourceArn = busArn(registry), State = "ENABLED" } = input;
    const isOurs = EventSourceArn === busArn(registry) && State === "ENABLED";
    const listing = {
      operation: "ListArchives",
      ...{ registry, narrowedBy: [NamePrefix, EventSourceArn, State] },
      ...fitting<EventArchive>(
        {
          fetch: (page: PageRequest<string>) => ports.metadata.eventArchives.list(registry, page),
          key: ({ name }) => name,
        },
        ({ name }) => isOurs && name.startsWith(NamePrefix),
      ),
    };
    const { items, end } = await eventPage(ports, listing, input);
    return { Archives: items.map(archiveAnswer), ...end };
  },
});
