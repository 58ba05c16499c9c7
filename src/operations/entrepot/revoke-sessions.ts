import { z } from "zod";
import { parseEntityArn } from "../../registry/identity/entity.ts";
import { revokeSessions as revoke } from "../../registry/identity/revoke-sessions.ts";
import type { AccountId } from "../../registry/names.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

const principalArn = z
  .string()
  .max(2048)
  .transform((arn, context): { arn: string; account: AccountId } => {
    const named = parseEntityArn(arn);
    if (named !== undefined && named.kind !== "group") return { arn, account: named.account };
    context.addIssue({ code: "custom", message: "must be the ARN of a user or role" });
    return z.NEVER;
  });

/**
 * Ends all sessions, pull secrets and registry tokens that a user or role has until now. On every
 * replica they are void within five seconds. Access keys stay: make them inactive to shut somebody out.
 */
export const revokeSessions = operation("entrepot:RevokeSessions", {
  input: request({ principalArn }),
  resource: ({ principalArn: { arn, account } }) => ({ arn, account }),
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ principalArn: { arn } }, { ports }) {
    const revokedBefore = await revoke(ports, arn);
    return { principalArn: arn, revokedBefore: epochSeconds(revokedBefore) };
  },
});
