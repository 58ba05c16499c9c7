import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import { openSecret, sealSecret, wasSealedBefore } from "./find-access-key.ts";

/** What was wrapped or sealed anew, and what nobody could open: it was left as it is. */
export interface Rewrapped {
  readonly count: number;
  readonly unopenable: readonly string[];
}

interface Secret {
  readonly id: string;
  readonly sealedSecret: Uint8Array;
}

interface Table {
  list(after: string | undefined, limit: number): Promise<Secret[]>;
  reseal(secrets: readonly Secret[]): Promise<void>;
}

/**
 * Seals the secrets of access keys and sessions with what is in use now, in batches; others may use
 * and make them meanwhile. Repeated, it does nothing more.
 */
export async function resealSecrets(ports: Pick<Ports, "metadata" | "keys">): Promise<Rewrapped> {
  const { metadata } = ports;
  const { accessKeys, sessions } = metadata.identity;
  const keys = await resealTable(ports, {
    list: (after, limit) => accessKeys.listAll({ after, limit }),
    reseal: (secrets) =>
      metadata.transaction(async ({ identity }) => {
        for (const { id, sealedSecret } of secrets) {
          await identity.accessKeys.reseal(id, sealedSecret);
        }
      }),
  });
  const others = await resealTable(ports, {
    async list(after, limit) {
      const page = await sessions.listAll({ after, limit });
      return page.map(({ accessKeyId: id, sealedSecret }) => ({ id, sealedSecret }));
    },
    reseal: (secrets) =>
      metadata.transaction(async ({ identity }) => {
        for (const { id, sealedSecret } of secrets) {
          await identity.sessions.reseal(id, sealedSecret);
        }
      }),
  });
  return {
    count: keys.count + others.count,
    unopenable: [...keys.unopenable, ...others.unopenable],
  };
}

async function resealTable(ports: Pick<Ports, "keys">, table: Table): Promise<Rewrapped> {
  const unopenable: string[] = [];
  let count = 0;
  let after: string | undefined;
  for (;;) {
    const page = await table.list(after, limits.rewrapBatch);
    const anew: Secret[] = [];
    for (const { id, sealedSecret } of page) {
      if (!wasSealedBefore(ports, id, sealedSecret)) continue;
      const secret = openSecret(ports, id, sealedSecret);
      if (secret === undefined) unopenable.push(`the secret of access key ${id}`);
      else anew.push({ id, sealedSecret: sealSecret(ports, id, secret) });
    }
    if (anew.length > 0) await table.reseal(anew);
    count += anew.length;
    if (page.length < limits.rewrapBatch) return { count, unopenable };
    after = page.at(-1)?.id;
  }
}
