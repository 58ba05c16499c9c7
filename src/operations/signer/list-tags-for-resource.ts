import { findTagged } from "../../registry/signing/profiles.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { taggedArn, taggedProfile, taggedResource } from "./signer-shapes.ts";

/** The tags of a profile. */
export const listTagsForResource = operation("signer:ListTagsForResource", {
  http: { method: "GET", path: "/tags/{resourceArn}" },
  input: request({ resourceArn: taggedArn }),
  resource: taggedResource,
  access: "Read",
  errors: ["BadRequest", "NotFound"],
  async handle(input, { ports, caller }): Promise<{ tags: Readonly<Record<string, string>> }> {
    const { tags } = await findTagged(ports, taggedProfile(input, caller));
    return { tags };
  },
});
