import type { UntagResourceRequest, UntagResourceResponse } from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import { checkTagKeys, untagRepository } from "../../registry/repositories/resource-tags.ts";
import { type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inNamedResource, publicResourceArn } from "./resource.ts";

/** Removes resource tags by key; keys that are not there are ignored, those that no tag can have refused. */
export const untagResource = operation("ecr-public:UntagResource", {
  input: request({
    resourceArn: publicResourceArn,
    tagKeys: z.array(z.string()).max(limits.tagKeysPerRequest),
  } satisfies Members<UntagResourceRequest>),
  resource: inNamedResource("UntagResource"),
  conditions: ({ tagKeys }) => ({ "aws:TagKeys": tagKeys }),
  access: "Tagging",
  errors: [
    "InvalidParameter",
    "InvalidTagParameter",
    "TooManyTags",
    "RepositoryNotFound",
    "UnsupportedCommand",
  ],
  async handle(input, { ports }): Promise<Wire<UntagResourceResponse>> {
    const { registry, name } = input.resourceArn;
    checkTagKeys(input.tagKeys);
    await untagRepository(ports, registry, name, input.tagKeys);
    return {};
  },
});
