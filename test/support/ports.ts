import { randomBytes } from "node:crypto";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";
import { LeasedExclusive } from "../../src/adapters/exclusive/leased.ts";
import { LocalKeyService } from "../../src/adapters/keys/local.ts";
import { PackageTagPatterns } from "../../src/adapters/patterns/package-tag-patterns.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { WorkInPlace } from "../../src/registry/layers/work-in-place.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import { isFleet } from "./fleet-settings.ts";
import { idleScanner } from "./scanner.ts";
import { openStores } from "./stores.ts";

export interface TestPorts {
  readonly ports: Ports;
  /** The clock of `ports`, to be moved. */
  readonly clock: FixedClock;
  /** Every row of every table, to see that nothing changed. */
  dump(): Promise<string>;
  /** Closes the database and removes it. */
  close(): Promise<void>;
}

/** Real adapters: the stores that this run is about, and a clock that stands. */
export async function testPorts(given?: BlobStore): Promise<TestPorts> {
  const { metadata, blobs, dump, close } = await openStores(given);
  const clock = new FixedClock();
  const scanner = idleScanner();
  const ports: Ports = {
    metadata,
    blobs,
    keys: new LocalKeyService({ masterKey: randomBytes(32), metadata, clock }),
    clock,
    exclusive: isFleet ? new LeasedExclusive(metadata, clock) : new InProcessExclusive(),
    egress: new HttpEgress({ isListed: () => false }),
    layerWork: new WorkInPlace(),
    ...scanner,
    tagPatterns: new PackageTagPatterns(),
    memory: new RegistryMemory(),
  };
  const closeAll = async () => {
    await scanner.layerAnalysis.close();
    await close();
  };
  return { ports, clock, dump, close: closeAll };
}
