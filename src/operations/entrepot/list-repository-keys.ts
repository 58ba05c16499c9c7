import { type KeyHealth, keyHealth } from "../../registry/encryption/key-health.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { registryResource } from "../ecr/resource.ts";
import { nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

interface RepositoryKey {
  readonly kmsKey: string;
  readonly status: "USABLE" | "BROKEN";
  /** Of a broken one. */
  readonly kmsError?: string;
  readonly reason?: string;
  readonly brokenRepositories: readonly string[];
  /** Whether only some of the key's repositories were looked at. */
  readonly incomplete: boolean;
}

/**
 * The KMS keys that seal repositories of the caller's registry, by ARN, and which repositories are shut
 * because their key is disabled, on its way out, or not the registry's to use any more.
 */
export const listRepositoryKeys = operation("entrepot:ListRepositoryKeys", {
  input: request({ nextToken }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<{ keys: RepositoryKey[]; nextToken?: string }> {
    const registry = registryOf(caller);
    const listing = { operation: "ListRepositoryKeys", registry };
    const page = await readPage<string, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: limits.keyHealthKeys,
      fetch: (part) => ports.metadata.repositories.encryptionKeys(registry, part),
      key: (arn) => arn,
    });
    const keys: RepositoryKey[] = [];
    for (const arn of page.items) keys.push(answer(await keyHealth(ports, registry, arn)));
    return {
      keys,
      ...(page.more && page.last !== undefined
        ? { nextToken: sealPosition(ports, listing, page.last) }
        : {}),
    };
  },
});

function answer({ keyArn, kmsError, reason, broken, more }: KeyHealth): RepositoryKey {
  return {
    kmsKey: keyArn,
    status: kmsError === undefined ? "USABLE" : "BROKEN",
    ...(kmsError === undefined ? {} : { kmsError }),
    ...(reason === undefined ? {} : { reason }),
    brokenRepositories: broken,
    incomplete: more,
  };
}
