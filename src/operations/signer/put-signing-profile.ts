import { z } from "zod";
import { putProfile } from "../../registry/signing/profiles.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import {
  longestValidity,
  ownRegistry,
  type ProfileAnswer,
  platformId,
  profileAnswer,
  profileName,
  profileResource,
  signatureValidityPeriod,
} from "./signer-shapes.ts";

const tags = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .refine((all) => Object.keys(all).length <= 200, "Member must have at most 200 entries");

/** A key that signs images, with its certificate, under a name. */
export const putSigningProfile = operation("signer:PutSigningProfile", {
  http: { method: "PUT", path: "/signing-profiles/{profileName}" },
  input: request({
    ...{ profileName, platformId },
    signatureValidityPeriod: signatureValidityPeriod.optional(),
    tags: tags.optional(),
  }),
  resource: profileResource,
  conditions: ({ tags: given = {} }) =>
    tagConditions(Object.entries(given).map(([Key, Value]) => ({ Key, Value }))),
  access: "Write",
  errors: ["Validation"],
  async handle(
    input,
    { ports, caller },
  ): Promise<Pick<ProfileAnswer, "arn" | "profileVersion" | "profileVersionArn">> {
    const profile = await putProfile(ports, {
      ...{ registry: ownRegistry(caller), name: input.profileName, tags: input.tags ?? {} },
      validity: input.signatureValidityPeriod ?? longestValidity,
    });
    const { arn, profileVersion, profileVersionArn } = profileAnswer(profile);
    return { arn, profileVersion, profileVersionArn };
  },
});
