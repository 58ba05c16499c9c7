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
  profileTags,
  signatureValidityPeriod,
  tagPairs,
} from "./signer-shapes.ts";

/** A key that signs images, with its certificate, under a name. */
export const putSigningProfile = operation("signer:PutSigningProfile", {
  http: { method: "PUT", path: "/signing-profiles/{profileName}" },
  input: request({
    ...{ profileName, platformId },
    signatureValidityPeriod: signatureValidityPeriod.optional(),
    tags: profileTags.optional(),
  }),
  resource: profileResource,
  conditions: ({ tags = {} }) => tagConditions(tagPairs(tags)),
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
