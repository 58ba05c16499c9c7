import type { RevokeGrantRequest } from "@aws-sdk/client-kms";
import { endGrant, requireGrant } from "../../registry/kms/end-grant.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyByIdOrArn, keyOf } from "./key-target.ts";
import { dryRun, grantId, keyId } from "./shapes.ts";
import { endDryRun } from "./use.ts";

/** Ends a grant, whoever made it. */
export const revokeGrant = operation("kms:RevokeGrant", {
  input: request({
    KeyId: keyId,
    GrantId: grantId,
    DryRun: dryRun,
  } satisfies Members<RevokeGrantRequest>),
  resource: ({ KeyId }, caller, environment) => keyByIdOrArn(KeyId, caller, environment),
  access: "Permissions management",
  errors: ["DryRunOperation", "NotFound"],
  async handle({ GrantId, DryRun }, { ports, caller, target }): Promise<Record<string, never>> {
    const key = await keyOf(ports, caller, target);
    await requireGrant(ports, key, GrantId);
    endDryRun(DryRun);
    await endGrant(ports, key, GrantId);
    return {};
  },
});
