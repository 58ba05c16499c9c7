import { z } from "zod";
import { profileStatuses } from "../../registry/signing/signing.ts";
import { signingLimits } from "../../registry/signing/signing-limits.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { ownRegistry, type ProfileAnswer, profileAnswer } from "./signer-shapes.ts";

interface Answer {
  readonly profiles: readonly ProfileAnswer[];
}

/**
 * The profiles of the caller's account, active ones where nothing else is asked for. There are so few
 * that they are one page. Source: AWS Signer, ListSigningProfiles.
 */
export const listSigningProfiles = operation("signer:ListSigningProfiles", {
  http: { method: "GET", path: "/signing-profiles", queryLists: ["statuses"] },
  input: request({ statuses: z.array(z.enum(profileStatuses)).optional() }),
  resource: (_input, { principal }) => ({
    ...{ arn: "*", account: principal.account, grants: "identity-only" },
  }),
  access: "List",
  errors: ["Validation"],
  async handle({ statuses = ["Active"] }, { ports, caller }): Promise<Answer> {
    const { profiles: limit } = signingLimits;
    const all = await ports.metadata.signings.listProfiles(ownRegistry(caller), { limit });
    return {
      profiles: all.filter(({ status }) => statuses.includes(status)).map(profileAnswer),
    };
  },
});
