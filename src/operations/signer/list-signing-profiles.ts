import { z } from "zod";
import { notationPlatform, profileStatuses } from "../../registry/signing/signing.ts";
import { signingLimits } from "../../registry/signing/signing-limits.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry, type ProfileAnswer, profileAnswer } from "./signer-shapes.ts";

interface Answer {
  readonly profiles: readonly ProfileAnswer[];
}

/**
 * The profiles of the caller's account, active ones where nothing else is asked for, and those of that
 * platform where one is named. There are so few that they are one page.
 * Source: AWS Signer, ListSigningProfiles.
 */
export const listSigningProfiles = operation("signer:ListSigningProfiles", {
  http: {
    ...{ method: "GET", path: "/signing-profiles", queryLists: ["statuses"] },
    queryTexts: ["includeCanceled", "platformId"],
  },
  input: request({
    statuses: z.array(z.enum(profileStatuses)).optional(),
    includeCanceled: z.enum(["true", "false"]).optional(),
    platformId: z.string().min(1).max(128).optional(),
  }),
  resource: anyResource,
  access: "List",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { includeCanceled, platformId = notationPlatform } = input;
    const usual = includeCanceled === "true" ? profileStatuses : (["Active"] as const);
    const statuses: readonly string[] = input.statuses ?? usual;
    if (platformId !== notationPlatform) return { profiles: [] };
    const { profiles: limit } = signingLimits;
    const all = await ports.metadata.signings.listProfiles(ownRegistry(caller), { limit });
    return {
      profiles: all.filter(({ status }) => statuses.includes(status)).map(profileAnswer),
    };
  },
});
