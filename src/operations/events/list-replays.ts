import type { ListReplaysRequest, ListReplaysResponse } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import type { PageRequest } from "../../ports/metadata-store.ts";
import { archiveArn, type EventReplayRun } from "../../registry/events/archive.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { replayAnswer } from "./archive-answer.ts";
import { anyResource, ownRegistry } from "./event-target.ts";
import { eventPage, fitting } from "./page.ts";
import { arn, namePrefix, nextToken, pageLimit } from "./shapes.ts";

const states = ["STARTING", "RUNNING", "CANCELLING", "COMPLETED", "CANCELLED", "FAILED"];

/** The replays of the caller's archives by name. */
export const listReplays = operation("events:ListReplays", {
  input: request({
    NamePrefix: namePrefix,
    State: z.enum(states).optional(),
    EventSourceArn: arn.optional(),
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListReplaysRequest>),
  resource: anyResource,
  access: "List",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListReplaysResponse>> {
    const registry = ownRegistry(caller);
    const { NamePrefix = "", EventSourceArn, State } = input;
    const fits = ({ name, archive, state }: EventReplayRun) =>
      name.startsWith(NamePrefix) &&
      (State === undefined || state === State) &&
      (EventSourceArn === undefined || archiveArn({ registry, name: archive }) === EventSourceArn);
    const listing = {
      operation: "ListReplays",
      ...{ registry, narrowedBy: [NamePrefix, EventSourceArn, State] },
      ...fitting<EventReplayRun>(
        {
          fetch: (page: PageRequest<string>) => ports.metadata.eventReplays.list(registry, page),
          key: ({ name }) => name,
        },
        fits,
      ),
    };
    const { items, end } = await eventPage(ports, listing, input);
    return { Replays: items.map(replayAnswer), ...end };
  },
});
