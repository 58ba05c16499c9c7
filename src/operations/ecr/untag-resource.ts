import type { UntagResourceRequest, UntagResourceResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { untagRepository } from "../../registry/repositories/resource-tags.ts";
import { operation } from "../operation.ts";
import { arnResource, resourceArn } from "./resource.ts";
import { type Members, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Removes resource tags by key; keys that are not there are ignored. */
export const untagResource = operation("ecr:UntagResource", {
  input: request({
    resourceArn,
    tagKeys: z.array(z.string()).max(limits.tagKeysPerRequest),
  } satisfies Members<UntagResourceRequest>),
  resource: arnResource,
  conditions: ({ tagKeys }) => ({ "aws:TagKeys": tagKeys }),
  access: "Tagging",
  errors: ["InvalidParameter", "InvalidTagParameter", "TooManyTags", "RepositoryNotFound"],
  async handle(input, { ports }): Promise<Wire<UntagResourceResponse>> {
    const { registry, name } = input.resourceArn;
    await untagRepository(ports, registry, name, input.tagKeys);
    return {};
  },
});
