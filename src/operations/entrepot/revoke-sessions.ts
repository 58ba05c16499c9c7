import { z } from "zod";
import { parseEntityArn } from "../../registry/identity/entity.ts";
import { rootArn } from "../../registry/identity/principal.ts";
import { accountOfPrincipal } from "../../registry/identity/principal-by-arn.ts";
import { revokeSessions as revoke } from "../../registry/identity/revoke-sessions.ts";
import { revokeRootSessions } from "../../registry/identity/root-revocation.ts";
import type { AccountId } from "../../registry/names.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

const principalArn = z
  .string()
  .max(2048)
  .transform((arn, context): { arn: string; account: AccountId; isRoot: boolean } => {
    const named = parseEntityArn(arn);
    if (named !== undefined && named.kind !== "group") {
      return { arn, account: named.account, isRoot: false };
    }
    const account = accountOfPrincipal(arn);
    if (account !== undefined && arn === rootArn(account)) return { arn, account, isRoot: true };
    const message = "must be the ARN of a user, a role or a root";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

/**
 * Ends all sessions, pull secrets and registry tokens that a user, a role or, if root itself asks, root
 * has until now. On every replica they are void within five seconds. Access keys stay: make them
 * inactive to shut somebody out.
 */
export const revokeSessions = operation("entrepot:RevokeSessions", {
  input: request({ principalArn }),
  resource: ({ principalArn: { arn, account } }) => ({ arn, account }),
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ principalArn: { arn, account, isRoot } }, { ports, caller }) {
    const revokedBefore = isRoot
      ? await revokeRootSessions(ports, caller.principal, account)
      : await revoke(ports, arn);
    return { principalArn: arn, revokedBefore: epochSeconds(revokedBefore) };
  },
});
