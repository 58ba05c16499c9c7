import type { RetireGrantRequest } from "@aws-sdk/client-kms";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { endGrant, requireGrant, retirableGrant } from "../../registry/kms/end-grant.ts";
import { lookUpKey } from "../../registry/kms/find-key.ts";
import { openGrantToken } from "../../registry/kms/grant-token.ts";
import { kmsKeyArn } from "../../registry/kms/kms-key.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { type Environment, operation } from "../operation.ts";
import { keyByIdOrArn, keyOf, ownRegistry } from "./key-target.ts";
import { dryRun, grantId, grantToken, keyId } from "./shapes.ts";
import { endDryRun } from "./use.ts";

/** Ends a grant that is not needed any more: for those whom the grant itself names. */
export const retireGrant = operation("kms:RetireGrant", {
  input: request({
    GrantToken: grantToken.optional(),
    KeyId: keyId.optional(),
    GrantId: grantId.optional(),
    DryRun: dryRun,
  } satisfies Members<RetireGrantRequest>),
  resource: retirable,
  access: "Permissions management",
  errors: ["DryRunOperation", "InvalidGrantToken", "NotFound"],
  async handle(input, { ports, caller, target }): Promise<Record<string, never>> {
    const key = await keyOf(ports, caller, target);
    const { id } = grantNamed(ports, input);
    await requireGrant(ports, key, id);
    endDryRun(input.DryRun);
    await endGrant(ports, key, id);
    return {};
  },
});

interface GrantName {
  readonly GrantToken?: string | undefined;
  readonly KeyId?: string | undefined;
  readonly GrantId?: string | undefined;
}

/** @throws InvalidGrantToken, NotFound, Validation */
async function retirable(
  input: GrantName,
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  const { keyId, id } = grantNamed(ports, input);
  const { principal } = caller;
  const resource = await keyByIdOrArn(keyId, caller, { ports });
  const { key } = await lookUpKey(ports, ownRegistry(caller), keyId);
  const grant = key && (await ports.metadata.kms.grants.find(key, id));
  if (key === undefined || grant === undefined) return resource;
  const granted = await retirableGrant(ports, key, grant, { principal });
  return { ...granted, calledByOthers: resource.calledByOthers };
}

/** By its token, or by its key and its id. */
function grantNamed(
  ports: Pick<Ports, "keys">,
  { GrantToken, KeyId, GrantId }: GrantName,
): { readonly keyId: string; readonly id: string } {
  if (GrantToken !== undefined && KeyId === undefined && GrantId === undefined) {
    const { key, id } = openGrantToken(ports, GrantToken);
    return { keyId: kmsKeyArn(key), id };
  }
  if (GrantToken === undefined && KeyId !== undefined && GrantId !== undefined) {
    return { keyId: KeyId, id: GrantId };
  }
  throw new RegistryError(
    "Validation",
    "Specify either a grant token, or a key ID and a grant ID.",
  );
}
