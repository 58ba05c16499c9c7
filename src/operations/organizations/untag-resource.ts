import type { UntagResourceRequest } from "@aws-sdk/client-organizations";
import { tagAccount } from "../../registry/identity/tag-account.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { resourceId, tagKeys } from "./shapes.ts";
import { requireAccount, taggedResource } from "./tagged-resource.ts";

/** Takes tags from an account; keys that it has not are no error. */
export const untagResource = operation("organizations:UntagResource", {
  input: request({
    ResourceId: resourceId,
    TagKeys: tagKeys,
  } satisfies Members<UntagResourceRequest>),
  resource: ({ ResourceId }, _caller, environment) => taggedResource(ResourceId, environment),
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["TargetNotFound"],
  async handle({ ResourceId, TagKeys }, { ports }): Promise<Record<string, never>> {
    await tagAccount(ports, requireAccount(ResourceId), { added: [], removedKeys: TagKeys });
    return {};
  },
});
