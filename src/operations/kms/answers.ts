import type {
  AliasListEntry,
  GrantListEntry,
  KeyMetadata,
  RotationsListEntry,
} from "@aws-sdk/client-kms";
import type { Ports } from "../../ports/ports.ts";
import { shownPrincipal } from "../../registry/identity/stored-principals.ts";
import {
  type KmsAlias,
  type KmsGrant,
  type KmsKey,
  type KmsKeyVersion,
  kmsAliasArn,
  kmsKeyArn,
} from "../../registry/kms/kms-key.ts";
import { keyMaterialId } from "../../registry/kms/rotate-key.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

export function keyMetadata(key: KmsKey): Wire<KeyMetadata> {
  const { deletionAt } = key;
  return {
    AWSAccountId: key.registry.account,
    KeyId: key.id,
    Arn: kmsKeyArn(key),
    CreationDate: epochSeconds(key.createdAt),
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: "ENCRYPT_DECRYPT",
    KeyState: key.state,
    DeletionDate: deletionAt === undefined ? undefined : epochSeconds(deletionAt),
    Origin: "AWS_KMS",
    KeyManager: key.manager,
    CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
    KeySpec: "SYMMETRIC_DEFAULT",
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    MultiRegion: false,
    CurrentKeyMaterialId: keyMaterialId({ key, version: key.version }),
  };
}

export function aliasEntry(alias: KmsAlias): Wire<AliasListEntry> {
  return {
    AliasName: alias.name,
    AliasArn: kmsAliasArn(alias),
    TargetKeyId: alias.key,
    CreationDate: epochSeconds(alias.createdAt),
    LastUpdatedDate: epochSeconds(alias.updatedAt),
  };
}

export async function grantEntry(
  ports: Pick<Ports, "metadata">,
  grant: KmsGrant,
): Promise<Wire<GrantListEntry>> {
  const { encryptionContextEquals, encryptionContextSubset } = grant.constraints;
  const isBound = (encryptionContextEquals ?? encryptionContextSubset) !== undefined;
  const { retiring } = grant;
  return {
    KeyId: kmsKeyArn(grant.key),
    GrantId: grant.id,
    Name: grant.name,
    CreationDate: epochSeconds(grant.createdAt),
    GranteePrincipal: await shownPrincipal(ports, grant.grantee),
    RetiringPrincipal: retiring === "" ? undefined : await shownPrincipal(ports, retiring),
    IssuingAccount: grant.issuer,
    Operations: grant.operations as NonNullable<GrantListEntry["Operations"]>,
    Constraints: isBound
      ? {
          EncryptionContextEquals: encryptionContextEquals,
          EncryptionContextSubset: encryptionContextSubset,
        }
      : undefined,
  };
}

/** @param current the version that seals */
export function rotationEntry(version: KmsKeyVersion, current: number): Wire<RotationsListEntry> {
  const { key, origin, createdAt } = version;
  const first = origin === "CREATED";
  return {
    KeyId: key.id,
    KeyMaterialId: keyMaterialId(version),
    KeyMaterialState: version.version === current ? "CURRENT" : "NON_CURRENT",
    RotationDate: first ? undefined : epochSeconds(createdAt),
    RotationType: first ? undefined : origin,
  };
}
