import type { GetSessionTokenRequest, GetSessionTokenResponse } from "@aws-sdk/client-sts";
import { issueSession } from "../../registry/identity/issue-session.ts";
import type { Principal } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { integer, request } from "../iam/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { toCredentials } from "./credentials.ts";
import { noSuchDevice } from "./no-such-device.ts";
import * as shapes from "./shapes.ts";

/**
 * Temporary credentials that act as the very user, or root, who asks. No policy decides about it.
 * Source: STS API, GetSessionToken.
 */
export const getSessionToken = operation("sts:GetSessionToken", {
  input: request({
    DurationSeconds: integer(
      limits.sessionTokenMinimumSeconds,
      limits.sessionTokenMaximumSeconds,
    ).default(limits.sessionTokenDefaultSeconds),
    SerialNumber: shapes.serialNumber,
    TokenCode: shapes.tokenCode,
    MinimumSessionTokenSize: shapes.minimumSessionTokenSize,
  } satisfies Members<GetSessionTokenRequest>),
  resource: (_input, { principal: { account } }) => ({ arn: "*", account }),
  action: null,
  access: "Read",
  errors: ["AccessDenied"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetSessionTokenResponse>> {
    const { principal } = caller;
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) throw noSuchDevice();
    const createdAt = ports.clock.now();
    const issued = await issueSession(ports, {
      kind: "session-token",
      owner: { account: principal.account, id: principal.uniqueId },
      name: "",
      claims: {},
      createdAt,
      expiresAt: createdAt + secondsFor(principal, input.DurationSeconds) * 1000,
      tokenCharacters: input.MinimumSessionTokenSize,
    });
    return { Credentials: toCredentials(issued) };
  },
});

/** Whatever root asks for, it gets an hour at most. */
function secondsFor({ type }: Principal, wanted: number): number {
  return type === "Root" ? Math.min(wanted, limits.rootSessionTokenSeconds) : wanted;
}
