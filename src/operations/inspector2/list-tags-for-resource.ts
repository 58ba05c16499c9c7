import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from "@aws-sdk/client-inspector2";
import { requireFilter } from "../../registry/inspector/change-filters.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { filterResource, ownRegistry } from "./inspector-resource.ts";
import { filterArnText } from "./shapes.ts";

/** The tags of a filter. */
export const listTagsForResource = operation("inspector2:ListTagsForResource", {
  http: { method: "GET", path: "/tags/{resourceArn}" },
  input: request({ resourceArn: filterArnText } satisfies Members<ListTagsForResourceRequest>),
  resource: ({ resourceArn }, caller) => filterResource(resourceArn, caller),
  access: "Read",
  errors: ["ResourceNotFound", "Validation"],
  async handle({ resourceArn }, { ports, caller }): Promise<Wire<ListTagsForResourceResponse>> {
    const { tags } = await requireFilter(ports.metadata, ownRegistry(caller), resourceArn);
    return { tags };
  },
});
