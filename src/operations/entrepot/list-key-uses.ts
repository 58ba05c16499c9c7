import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import { findKey } from "../../registry/kms/find-key.ts";
import { type KmsUse, kmsKeyArn } from "../../registry/kms/kms-key.ts";
import { limits } from "../../registry/limits.ts";
import type { Registry } from "../../registry/names.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

interface KeyUse {
  readonly eventTime: number;
  readonly eventName: string;
  /** Who asked the registry; absent where it acted by itself. */
  readonly principalArn?: string;
  readonly requestId?: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
  readonly errorCode?: string;
}

interface KeyUses {
  readonly kmsKey: string;
  readonly uses: readonly KeyUse[];
  /** By month of UTC and operation, from the key's first use on; on the first page. */
  readonly counts?: readonly { month: string; eventName: string; uses: number }[];
  readonly nextToken?: string;
}

type Position = Pick<KmsUse, "at" | "id">;

/**
 * What the registry used a KMS key of the caller's account for, the newest first, as far back as
 * `limits.keyUseLifeMs`; and how often in each month. A manifest that is in memory is given without a
 * use, though not without the right to one.
 */
export const listKeyUses = operation("entrepot:ListKeyUses", {
  input: request({ kmsKey: z.string().min(1).max(2048), maxResults, nextToken }),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "NotFound"],
  async handle(input, { ports, caller }): Promise<KeyUses> {
    const { account, region } = caller;
    const key = await ownKey(ports, { account, region }, input.kmsKey);
    const listing = { operation: "ListKeyUses", registry: key.registry, narrowedBy: [key.id] };
    const start = openPosition(ports, listing, input.nextToken);
    const page = await readPage<KmsUse, Position>({
      after: start === undefined ? undefined : toPosition(start),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.kms.uses.list(key, part),
      key: ({ at, id }) => ({ at, id }),
    });
    const counts = start === undefined ? await ports.metadata.kms.uses.counts(key) : undefined;
    const next = page.more && page.last !== undefined ? toText(page.last) : undefined;
    return {
      kmsKey: kmsKeyArn(key),
      uses: page.items.map(answer),
      ...(counts && {
        counts: counts.map(({ month, operation: eventName, uses }) => ({ month, eventName, uses })),
      }),
      ...(next === undefined ? {} : { nextToken: sealPosition(ports, listing, next) }),
    };
  },
});

/** @throws NotFound also for a key of another account, which is not the caller's to know of */
async function ownKey(ports: Pick<Ports, "metadata">, registry: Registry, text: string) {
  const key = await findKey(ports, registry, text);
  if (key.registry.account === registry.account) return key;
  throw new RegistryError("NotFound", `Key '${text}' does not exist`);
}

function answer({ at, operation, principal, requestId, encryptionContext, error }: KmsUse): KeyUse {
  return {
    eventTime: epochSeconds(at),
    eventName: operation,
    ...(principal === "" ? {} : { principalArn: principal }),
    ...(requestId === "" ? {} : { requestId }),
    encryptionContext,
    ...(error === undefined ? {} : { errorCode: error }),
  };
}

// Neither holds a space.
function toText({ at, id }: Position): string {
  return `${at} ${id}`;
}

function toPosition(text: string): Position {
  const [at, id] = text.split(" ") as [string, string];
  return { at: Number(at), id };
}
