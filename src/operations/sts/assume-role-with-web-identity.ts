import type {
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
} from "@aws-sdk/client-sts";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import {
  federationOf,
  requireTrustedIdentity,
  subjectOf,
} from "../../registry/identity/assume-with-web-identity.ts";
import { issueRoleSession } from "../../registry/identity/issue-role-session.ts";
import { sessionTags } from "../../registry/identity/session-tags.ts";
import { limits } from "../../registry/limits.ts";
import { request } from "../iam/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { assumedRoleUser } from "./assumed-role-user.ts";
import { toCredentials } from "./credentials.ts";
import * as shapes from "./shapes.ts";

/**
 * Temporary credentials of a role for the bearer of a token of an OpenID Connect issuer. The caller is
 * nobody yet: what decides is the token, the issuers that the role's account has registered, and the
 * role's trust policy. Source: STS API, AssumeRoleWithWebIdentity.
 */
export const assumeRoleWithWebIdentity = operation("sts:AssumeRoleWithWebIdentity", {
  input: request({
    RoleArn: shapes.roleArn,
    RoleSessionName: shapes.roleSessionName,
    WebIdentityToken: z.string().min(4).max(limits.webIdentityTokenCharacters),
    ProviderId: z.string().min(4).max(2048).optional(),
    PolicyArns: shapes.policyArns,
    Policy: shapes.policy,
    DurationSeconds: shapes.roleDurationSeconds,
    MinimumSessionTokenSize: shapes.minimumSessionTokenSize,
  } satisfies Members<AssumeRoleWithWebIdentityRequest>),
  resource: ({ RoleArn }, { principal: { account } }) => ({ arn: RoleArn, account }),
  action: null,
  isAnonymous: true,
  access: "Write",
  errors: [
    "AccessDenied",
    "ExpiredIdentityToken",
    "IdpCommunication",
    "IdpRejectedClaim",
    "InvalidIdentityToken",
    "InvalidInput",
    "MalformedPolicyDocument",
    "PackedPolicyTooLarge",
    "Validation",
  ],
  async handle(asked, { ports, caller }): Promise<QueryWire<AssumeRoleWithWebIdentityResponse>> {
    if (asked.ProviderId !== undefined) throw noAccessTokens(asked.ProviderId);
    const { RoleArn: roleArn, RoleSessionName: sessionName, WebIdentityToken: token } = asked;
    const trusted = await requireTrustedIdentity(ports, caller, { roleArn, sessionName, token });
    const { role, identity, providerArn } = trusted;
    const { session, audience, issuer, subject } = identity;
    const tags = trusted.tags.map(({ key, value }) => ({ Key: key, Value: value }));
    const issued = await issueRoleSession(ports, {
      kind: "web-identity",
      role,
      name: sessionName,
      durationSeconds: asked.DurationSeconds,
      policy: {
        document: asked.Policy,
        arns: (asked.PolicyArns ?? []).map(({ arn }) => arn),
      },
      claims: {
        ...sessionTags(tags, session.transitiveKeys, undefined),
        sourceIdentity: session.sourceIdentity,
        federation: federationOf(identity),
        federatedProvider: providerArn,
        assumedBy: subjectOf(identity),
      },
      tokenCharacters: asked.MinimumSessionTokenSize,
    });
    return {
      Credentials: toCredentials(issued),
      SubjectFromWebIdentityToken: subject,
      AssumedRoleUser: assumedRoleUser(role, sessionName),
      PackedPolicySize: issued.packedPercent,
      Provider: issuer,
      Audience: audience,
      SourceIdentity: session.sourceIdentity,
    };
  },
});

/** A provider's id comes with access tokens of OAuth 2.0, which name no issuer themselves. */
function noAccessTokens(providerId: string): RegistryError {
  return new RegistryError(
    "Validation",
    `There is no provider ${providerId}: leave ProviderId out with tokens of OpenID Connect.`,
  );
}
