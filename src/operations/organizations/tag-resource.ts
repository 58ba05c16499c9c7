import type { TagResourceRequest } from "@aws-sdk/client-organizations";
import { checkTags } from "../../registry/identity/entity-tags.ts";
import { tagAccount } from "../../registry/identity/tag-account.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { resourceId, tags } from "./shapes.ts";
import { requireAccount, taggedResource } from "./tagged-resource.ts";

/** Sets tags of an account by key and leaves the others. */
export const tagResource = operation("organizations:TagResource", {
  input: request({ ResourceId: resourceId, Tags: tags } satisfies Members<TagResourceRequest>),
  resource: ({ ResourceId }, _caller, environment) => taggedResource(ResourceId, environment),
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["ConstraintViolation", "InvalidInput", "TargetNotFound"],
  async handle({ ResourceId, Tags }, { ports }): Promise<Record<string, never>> {
    const added = checkTags(Tags);
    await tagAccount(ports, requireAccount(ResourceId), { added, removedKeys: [] });
    return {};
  },
});
