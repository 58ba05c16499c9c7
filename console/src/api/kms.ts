import { call } from "./call.ts";
import { ask } from "./own.ts";

export interface KeyAnswer {
  readonly id: string;
  readonly arn: string;
  readonly alias: string | undefined;
  readonly state: string;
  readonly manager: string;
  readonly createdAt: number;
}

interface Metadata {
  readonly KeyId: string;
  readonly Arn: string;
  readonly KeyState: string;
  readonly KeyManager: string;
  readonly CreationDate: number;
}

const mostKeys = 100;

/** A page of the keys of the region, with their first alias. */
export async function pageOfKeys(
  token: { nextToken?: string },
  signal?: AbortSignal,
): Promise<{ readonly keys: readonly KeyAnswer[]; readonly nextToken?: string | undefined }> {
  const input = { maxResults: mostKeys, ...token };
  const { keys, nextToken } = await ask("ListKmsKeys", input, signal);
  return {
    keys: keys.map(({ keyId: id, keyArn: arn, aliases, keyState, keyManager, createdAt }) => ({
      ...{ id, arn, alias: aliases[0], state: keyState, manager: keyManager, createdAt },
    })),
    nextToken,
  };
}

/** Those that somebody chooses among. */
export async function listKeys(signal?: AbortSignal): Promise<readonly KeyAnswer[]> {
  return (await pageOfKeys({}, signal)).keys;
}

export interface KeyDetail extends KeyAnswer {
  readonly rotates: boolean;
  /** When it goes, of a key whose deletion is scheduled. */
  readonly deletedAt: number | undefined;
}

export async function describeKey(KeyId: string, signal: AbortSignal): Promise<KeyDetail> {
  interface Aliases {
    readonly Aliases: readonly { readonly AliasName: string }[];
  }
  const [{ KeyMetadata: told }, { Aliases: aliases }] = await Promise.all([
    call<{ KeyMetadata: Metadata & { readonly DeletionDate?: number } }>(
      ...(["kms", "DescribeKey", { KeyId }, signal] as const),
    ),
    call<Aliases>("kms", "ListAliases", { KeyId }, signal),
  ]);
  const isOwn = told.KeyManager === "CUSTOMER" && told.KeyState !== "PendingDeletion";
  const rotation = isOwn
    ? await call<{ KeyRotationEnabled: boolean }>("kms", "GetKeyRotationStatus", { KeyId }, signal)
    : { KeyRotationEnabled: false };
  return {
    ...{ id: told.KeyId, arn: told.Arn, state: told.KeyState, manager: told.KeyManager },
    ...{ alias: aliases[0]?.AliasName, createdAt: told.CreationDate },
    ...{ rotates: rotation.KeyRotationEnabled, deletedAt: told.DeletionDate },
  };
}

export interface Grant {
  readonly GrantId: string;
  readonly GranteePrincipal: string;
  readonly Operations: readonly string[];
}

export async function grantsOf(KeyId: string, signal: AbortSignal): Promise<readonly Grant[]> {
  const input = { KeyId, Limit: mostKeys };
  return (await call<{ Grants: readonly Grant[] }>("kms", "ListGrants", input, signal)).Grants;
}

/** What the registry used a key for, by month. */
export async function usesOf(kmsKey: string, signal: AbortSignal) {
  interface Answer {
    readonly counts?: readonly { month: string; eventName: string; uses: number }[];
  }
  const input = { kmsKey, maxResults: 1 };
  return (await call<Answer>("entrepot", "ListKeyUses", input, signal)).counts ?? [];
}
