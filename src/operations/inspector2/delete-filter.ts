import type { DeleteFilterRequest, DeleteFilterResponse } from "@aws-sdk/client-inspector2";
import { deleteFilter as removeFilter } from "../../registry/inspector/change-filters.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { filterResource, ownRegistry } from "./inspector-resource.ts";
import { filterArnText } from "./shapes.ts";

/** Forgets a filter. What it suppressed is active again. */
export const deleteFilter = operation("inspector2:DeleteFilter", {
  http: { method: "POST", path: "/filters/delete" },
  input: request({ arn: filterArnText } satisfies Members<DeleteFilterRequest>),
  resource: ({ arn }, caller) => filterResource(arn, caller),
  access: "Write",
  errors: ["ResourceNotFound", "Validation"],
  async handle({ arn }, { ports, caller }): Promise<Wire<DeleteFilterResponse>> {
    await removeFilter(ports, ownRegistry(caller), arn);
    return { arn };
  },
});
