import type { CreateGrantRequest, CreateGrantResponse } from "@aws-sdk/client-kms";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import {
  checkedGrant,
  createGrant as create,
  grantOperations,
} from "../../registry/kms/create-grant.ts";
import { grantToken } from "../../registry/kms/grant-token.ts";
import { unsupported } from "../../registry/kms/kms-error.ts";
import { requireUsable } from "../../registry/kms/require-usable.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keyByIdOrArn, keyOf } from "./key-target.ts";
import { dryRun, encryptionContext, grantName, grantTokens, keyId, principal } from "./shapes.ts";
import { checkGrantTokens, endDryRun } from "./use.ts";

/** No pairs are no constraint: clients send the one that they do not mean as an empty one. */
const constraint = encryptionContext
  .optional()
  .transform((pairs) =>
    pairs === undefined || Object.keys(pairs).length === 0 ? undefined : pairs,
  );

/** Lets a principal use a key for some operations, from this moment on. */
export const createGrant = operation("kms:CreateGrant", {
  input: request({
    KeyId: keyId,
    GranteePrincipal: principal.optional(),
    RetiringPrincipal: principal.optional(),
    Operations: z.array(z.enum(grantOperations)).min(1).max(50),
    Constraints: z
      .object({
        EncryptionContextSubset: constraint,
        EncryptionContextEquals: constraint,
        SourceArn: z.string().optional(),
      })
      .prefault({}),
    GrantTokens: grantTokens,
    Name: grantName.optional(),
    DryRun: dryRun,
    GranteeServicePrincipal: z.string().optional(),
    RetiringServicePrincipal: z.string().optional(),
  } satisfies Members<CreateGrantRequest>),
  // What a grant's constraints ask for is its encryption context to conditions. Source: KMS,
  // kms:EncryptionContext:context-key.
  resource: ({ KeyId, Constraints }, caller, environment) =>
    keyByIdOrArn(KeyId, caller, environment, contextOf(Constraints)),
  conditions: (input) => ({
    "kms:GrantOperations": [...new Set(input.Operations)],
    "kms:GranteePrincipal": input.GranteePrincipal,
    "kms:RetiringPrincipal": input.RetiringPrincipal,
    "kms:GrantConstraintType": constraintType(input.Constraints),
  }),
  access: "Permissions management",
  errors: [
    ...(["Disabled", "DryRunOperation", "InvalidArn", "InvalidGrantToken"] as const),
    ...(["KmsInvalidState", "LimitExceeded", "NotFound", "UnsupportedOperation"] as const),
  ],
  async handle(input, { ports, caller, target }): Promise<Wire<CreateGrantResponse>> {
    checkGrantTokens(ports, input.GrantTokens);
    const { Constraints: constraints } = input;
    requireNoServices(input);
    const key = await keyOf(ports, caller, target);
    requireUsable(key);
    const wanted = {
      key,
      grantee: input.GranteePrincipal ?? "",
      retiring: input.RetiringPrincipal,
      operations: input.Operations,
      constraints: {
        encryptionContextEquals: constraints.EncryptionContextEquals,
        encryptionContextSubset: constraints.EncryptionContextSubset,
      },
      name: input.Name,
      issuer: caller.principal.account,
    };
    if (input.DryRun) await checkedGrant(ports, wanted);
    endDryRun(input.DryRun);
    const grant = await create(ports, wanted);
    return { GrantToken: grantToken(ports, grant), GrantId: grant.id };
  },
});

interface Constraints {
  readonly EncryptionContextSubset?: Record<string, string> | undefined;
  readonly EncryptionContextEquals?: Record<string, string> | undefined;
  readonly SourceArn?: string | undefined;
}

function contextOf({ EncryptionContextEquals, EncryptionContextSubset }: Constraints) {
  return EncryptionContextEquals ?? EncryptionContextSubset ?? {};
}

function constraintType({ EncryptionContextEquals, EncryptionContextSubset }: Constraints) {
  if (EncryptionContextEquals !== undefined) return "EncryptionContextEquals";
  return EncryptionContextSubset === undefined ? undefined : "EncryptionContextSubset";
}

/** @throws UnsupportedOperation for the form of grants that binds a service to a resource */
function requireNoServices(input: {
  readonly GranteePrincipal?: string | undefined;
  readonly GranteeServicePrincipal?: string | undefined;
  readonly RetiringServicePrincipal?: string | undefined;
  readonly Constraints: Constraints;
}): void {
  const { GranteePrincipal, GranteeServicePrincipal, RetiringServicePrincipal } = input;
  const source = input.Constraints.SourceArn;
  if ((GranteeServicePrincipal ?? RetiringServicePrincipal ?? source) !== undefined) {
    throw unsupported(
      "GranteeServicePrincipal, RetiringServicePrincipal and SourceArn are not supported; a service can be the GranteePrincipal.",
    );
  }
  if (GranteePrincipal !== undefined) return;
  throw new RegistryError(
    "Validation",
    "1 validation error detected: Value at 'granteePrincipal' failed to satisfy constraint: Member must not be null",
  );
}
