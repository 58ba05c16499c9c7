import type {
  ListApiDestinationsRequest,
  ListApiDestinationsResponse,
} from "@aws-sdk/client-eventbridge";
import type { PageRequest } from "../../ports/metadata-store.ts";
import type { ApiDestination } from "../../registry/events/endpoint.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { destinationAnswer } from "./connection-answer.ts";
import { anyResource, ownRegistry } from "./event-target.ts";
import { eventPage, fitting } from "./page.ts";
import { connectionArn, namePrefix, nextToken, pageLimit } from "./shapes.ts";

/** The API destinations of the caller by name. */
export const listApiDestinations = operation("events:ListApiDestinations", {
  input: request({
    NamePrefix: namePrefix,
    ConnectionArn: connectionArn.optional(),
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListApiDestinationsRequest>),
  resource: anyResource,
  access: "List",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListApiDestinationsResponse>> {
    const registry = ownRegistry(caller);
    const { NamePrefix = "", ConnectionArn } = input;
    const all = {
      fetch: (page: PageRequest<string>) => ports.metadata.apiDestinations.list(registry, page),
      key: ({ name }: ApiDestination) => name,
    };
    const fits = (each: ApiDestination) =>
      each.name.startsWith(NamePrefix) &&
      (ConnectionArn ?? each.connectionArn) === each.connectionArn;
    const listing = {
      ...{ operation: "ListApiDestinations", registry, narrowedBy: [NamePrefix, ConnectionArn] },
      ...fitting(all, fits),
    };
    const { items, end } = await eventPage(ports, listing, input);
    return { ApiDestinations: items.map(destinationAnswer), ...end };
  },
});
