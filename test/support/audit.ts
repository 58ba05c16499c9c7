import type { Ports } from "../../src/ports/ports.ts";
import type { AuditEntry } from "../../src/registry/audit/audit-entry.ts";
import { entriesOf, newestFirst } from "../../src/registry/audit/audit-segment.ts";
import type { Registry } from "../../src/registry/names.ts";

/** All records of a trail, the newest first; what waits is written before. */
export async function auditEntries(
  { memory, metadata }: Pick<Ports, "memory" | "metadata">,
  registry: Registry,
): Promise<AuditEntry[]> {
  await memory.audit.flush(metadata);
  return storedEntries({ metadata }, registry);
}

/** Those alone that are committed. */
export async function storedEntries(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<AuditEntry[]> {
  const before = { at: Number.MAX_SAFE_INTEGER, id: "" };
  const rows = await metadata.audit.list(registry, { before, since: 0, limit: 100_000 });
  return rows.flatMap(entriesOf).sort(newestFirst);
}

/** Tells what is new since it was asked last. */
export class AuditTail {
  readonly #ports: Pick<Ports, "memory" | "metadata">;
  readonly #registry: Registry;
  readonly #seen = new Set<string>();

  constructor(ports: Pick<Ports, "memory" | "metadata">, registry: Registry) {
    this.#ports = ports;
    this.#registry = registry;
  }

  async next(): Promise<AuditEntry[]> {
    const entries = await auditEntries(this.#ports, this.#registry);
    const fresh = entries.filter(({ id }) => !this.#seen.has(id));
    for (const { id } of fresh) this.#seen.add(id);
    return fresh.reverse();
  }
}
