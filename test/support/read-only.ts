import { operations } from "../../src/operations/index.ts";
import type { AccessLevel, Operation } from "../../src/operations/operation.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import { readOnlyBlobs, readOnlyMetadata } from "../../src/registry/read-only.ts";
import { TestRegistry } from "./ecr.ts";
import { ownAccountOperations } from "./own-account-operations.ts";
import type { TestPorts } from "./ports.ts";

/** What was opened, served as `ENTREPOT_READ_ONLY` has it served. */
export function servedReadOnly(opened: TestPorts): TestRegistry {
  const { metadata, blobs } = opened.ports;
  const ports = {
    ...opened.ports,
    metadata: readOnlyMetadata(metadata),
    blobs: readOnlyBlobs(blobs),
    memory: new RegistryMemory({ isWritten: false }),
  };
  return new TestRegistry({ ...opened, ports });
}

/** What every operation that writes answers there. */
export const readOnlyRefusal = {
  kind: "ServiceUnavailable",
  message: "The registry is read-only at the moment.",
};

/** Names of the operations on registries that have one of these levels, sorted. */
export function operationsOfLevel(...levels: readonly AccessLevel[]): string[] {
  const isOnRegistries = ({ name, service }: Operation) =>
    service === "ecr" || (service === "entrepot" && !ownAccountOperations.has(name));
  return operations
    .filter((operation) => isOnRegistries(operation) && levels.includes(operation.access))
    .map(({ operationName }) => operationName)
    .toSorted();
}
