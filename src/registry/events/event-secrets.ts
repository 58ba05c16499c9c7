import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import type { Rewrapped } from "../identity/reseal-secrets.ts";
import { limits } from "../limits.ts";
import type { ApiDestination, Connection } from "./endpoint.ts";

const purpose = "event-endpoint";

/** Secrets of a connection or an API destination as they are stored: for this one, here, alone. */
export function sealEventSecrets(
  { keys }: Pick<Ports, "keys">,
  id: string,
  secrets: object,
): string {
  return sealToken(keys.secret(purpose), secrets, id);
}

/** @throws when they were sealed by another deployment, or for something else */
export function openEventSecrets<Secrets extends object>(
  { keys }: Pick<Ports, "keys">,
  { id, sealedSecrets }: { readonly id: string; readonly sealedSecrets: string },
): Secrets {
  const opened = openSealedToken(keys.keptSecrets(purpose), sealedSecrets, id);
  if (typeof opened === "object" && opened !== null) return opened as Secrets;
  throw new Error("a secret of an event target was sealed with another master key");
}

/**
 * Seals the secrets of connections and API destinations with what is in use now, in batches; others may
 * use and change them meanwhile. Repeated, it does nothing more.
 */
export async function resealEventSecrets(
  ports: Pick<Ports, "metadata" | "keys">,
): Promise<Rewrapped> {
  let count = 0;
  const unopenable: string[] = [];
  for (const table of ["connections", "apiDestinations"] as const) {
    let after: Pick<Connection, "registry" | "name"> | undefined;
    for (;;) {
      const page = await ports.metadata[table].listAll({ after, limit: limits.rewrapBatch });
      for (const item of page) {
        const isNew = openSealedToken(ports.keys.secret(purpose), item.sealedSecrets, item.id);
        if (isNew !== undefined) continue;
        const opened = openSealedToken(
          ports.keys.keptSecrets(purpose),
          item.sealedSecrets,
          item.id,
        );
        if (opened === undefined) unopenable.push(`the secrets of ${item.name} (${item.id})`);
        else count += await reseal(ports, table, item);
      }
      if (page.length < limits.rewrapBatch) break;
      after = page.at(-1);
    }
  }
  return { count, unopenable };
}

/** As it is now, which may be newer than what was listed. */
function reseal(
  ports: Pick<Ports, "metadata" | "keys">,
  table: "connections" | "apiDestinations",
  { registry, name }: Pick<Connection, "registry" | "name">,
): Promise<number> {
  return ports.metadata.transaction(async (change) => {
    const items = change[table] as {
      lock(registry: Connection["registry"], name: string): Promise<Sealed | undefined>;
      replace(item: Sealed): Promise<void>;
    };
    const item = await items.lock(registry, name);
    if (item === undefined) return 0;
    const sealedSecrets = sealEventSecrets(ports, item.id, openEventSecrets(ports, item));
    await items.replace({ ...item, sealedSecrets });
    return 1;
  });
}

type Sealed = Connection | ApiDestination;
