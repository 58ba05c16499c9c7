import { tagProfile } from "../../registry/signing/profiles.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { taggedArn, taggedProfile, taggedResource, tagKeys } from "./signer-shapes.ts";

/** Removes tags of a profile; those that it does not have are no error. */
export const untagResource = operation("signer:UntagResource", {
  http: { method: "DELETE", path: "/tags/{resourceArn}", queryLists: ["tagKeys"] },
  input: request({ resourceArn: taggedArn, tagKeys }),
  resource: taggedResource,
  conditions: ({ tagKeys: keys }) => ({ "aws:TagKeys": keys }),
  access: "Tagging",
  errors: ["BadRequest", "NotFound"],
  async handle(input, { ports, caller }): Promise<Record<string, never>> {
    const removed = new Set(input.tagKeys);
    await tagProfile(ports, taggedProfile(input, caller), (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    );
    return {};
  },
});
