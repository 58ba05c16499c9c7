import { tagProfile } from "../../registry/signing/profiles.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import {
  profileTags,
  taggedArn,
  taggedProfile,
  taggedResource,
  tagPairs,
} from "./signer-shapes.ts";

/** Sets tags of a profile by key and leaves the others. */
export const tagResource = operation("signer:TagResource", {
  http: { method: "POST", path: "/tags/{resourceArn}" },
  input: request({ resourceArn: taggedArn, tags: profileTags }),
  resource: taggedResource,
  conditions: ({ tags }) => tagConditions(tagPairs(tags)),
  access: "Tagging",
  errors: ["BadRequest", "NotFound"],
  async handle(input, { ports, caller }): Promise<Record<string, never>> {
    await tagProfile(ports, taggedProfile(input, caller), (before) => ({
      ...before,
      ...input.tags,
    }));
    return {};
  },
});
