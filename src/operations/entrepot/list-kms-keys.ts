import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { keyResource } from "../../registry/kms/key-access.ts";
import { type KmsKey, kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { kmsLimits } from "../../registry/kms/kms-limits.ts";
import { limits } from "../../registry/limits.ts";
import { authorize } from "../../registry/policy/authorize.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { everyKey, ownRegistry } from "../kms/key-target.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

interface KmsKeyRow {
  readonly keyId: string;
  readonly keyArn: string;
  /** By name, with their prefix. */
  readonly aliases: readonly string[];
  readonly description: string;
  /** As DescribeKey tells it: `Enabled`, `Disabled`, `PendingDeletion`. */
  readonly keyState: string;
  /** `AWS` for one that a service made. */
  readonly keyManager: string;
  readonly createdAt: number;
  readonly deletionAt?: number;
  readonly rotates: boolean;
}

/**
 * The KMS keys of the caller's account in the region as a screen lists them, by id: what ListKeys,
 * DescribeKey and ListAliases say in a request for each, with the right to the first. A key that the caller may not describe
 * (`kms:DescribeKey`) is left out of the page.
 */
export const listKmsKeys = operation("entrepot:ListKmsKeys", {
  input: request({ maxResults, nextToken }),
  resource: everyKey,
  action: "kms:ListKeys",
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<{ keys: KmsKeyRow[]; nextToken?: string }> {
    const registry = ownRegistry(caller);
    const listing = { operation: "ListKmsKeys", registry };
    const page = await readPage<KmsKey, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.kms.keys.list(registry, part),
      key: ({ id }) => id,
    });
    const context = new RequestContext(caller, ports.clock.now());
    const rows = await Promise.all(page.items.map((key) => rowOf(ports, caller, key, context)));
    const keys = rows.filter((row) => row !== undefined);
    if (!page.more || page.last === undefined) return { keys };
    return { keys, nextToken: sealPosition(ports, listing, page.last) };
  },
});

async function rowOf(
  ports: Ports,
  caller: Caller,
  key: KmsKey,
  context: RequestContext,
): Promise<KmsKeyRow | undefined> {
  const { principal } = caller;
  const resource = await keyResource(ports, key, { principal });
  const { allowed } = await authorize(ports, principal, "kms:DescribeKey", resource, context);
  if (!allowed) return undefined;
  const aliases = await ports.metadata.kms.aliases.of(key, { limit: kmsLimits.aliasesPerKey });
  return {
    ...{ keyId: key.id, keyArn: kmsKeyArn(key), aliases: aliases.map(({ name }) => name) },
    ...{ description: key.description, keyState: key.state, keyManager: key.manager },
    createdAt: epochSeconds(key.createdAt),
    ...(key.deletionAt !== undefined && { deletionAt: epochSeconds(key.deletionAt) }),
    rotates: key.rotation !== undefined,
  };
}
