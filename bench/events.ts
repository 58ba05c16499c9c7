/**
 * What events cost a small push, on SQLite: pushes of small images at once, in turns with an outbox, with
 * one that takes nothing, and with a router beside; and what memory 100,000 waiting events take.
 * `node scripts/run.mjs bench/events.ts [pushes] [rounds]`
 */

import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryBlobStore } from "../src/adapters/blobs/memory.ts";
import { SystemClock } from "../src/adapters/clock/system.ts";
import { HttpEgress } from "../src/adapters/egress/http-egress.ts";
import { InProcessExclusive } from "../src/adapters/exclusive/in-process.ts";
import { LocalKeyService } from "../src/adapters/keys/local.ts";
import { LayerAnalysisThreads } from "../src/adapters/layer-analysis/layer-analysis-threads.ts";
import { openSqliteMetadata } from "../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import { PackageTagPatterns } from "../src/adapters/patterns/package-tag-patterns.ts";
import type { MetadataStore } from "../src/ports/metadata-store.ts";
import type { Ports } from "../src/ports/ports.ts";
import { digestOf } from "../src/registry/digest.ts";
import { addEvent } from "../src/registry/events/new-event.ts";
import { routeWaiting } from "../src/registry/events/route-waiting.ts";
import { watchOutbox } from "../src/registry/events/watch-outbox.ts";
import { putImage } from "../src/registry/images/put-image.ts";
import { completeUpload } from "../src/registry/layers/complete-upload.ts";
import { startUpload } from "../src/registry/layers/upload-layer.ts";
import { WorkInPlace } from "../src/registry/layers/work-in-place.ts";
import { RegistryMemory } from "../src/registry/memory.ts";
import type { AccountId, Region, RepositoryName, Tag } from "../src/registry/names.ts";
import { createRepository } from "../src/registry/repositories/create-repository.ts";
import { startRouting } from "../src/workers/route-events.ts";

const pushes = Number(process.argv[2] ?? 1_000);
const rounds = Number(process.argv[3] ?? 5);
const atOnce = 16;
const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };
const config = Buffer.from('{"os":"linux"}');
const directory = await mkdtemp(join(tmpdir(), "entrepot-bench-"));
const onWriterFailure = (error: Error) => {
  throw error;
};
const store = await openSqliteMetadata({ directory, onWriterFailure });

/** The same, but nothing is told. */
const untold: MetadataStore = Object.assign(Object.create(store) as MetadataStore, {
  transaction: ((work) =>
    store.transaction((change) =>
      work({ ...change, outbox: { ...change.outbox, add: async () => undefined } }),
    )) as MetadataStore["transaction"],
});

function portsOver(metadata: MetadataStore, memory = new RegistryMemory()): Ports {
  const clock = new SystemClock();
  return {
    ...{ metadata, clock, memory, blobs: new MemoryBlobStore(), layerWork: new WorkInPlace() },
    keys: new LocalKeyService({ masterKey: randomBytes(32), metadata, clock }),
    ...{ exclusive: new InProcessExclusive(), tagPatterns: new PackageTagPatterns() },
    egress: new HttpEgress({ isListed: () => false }),
    layerAnalysis: new LayerAnalysisThreads(1),
    vulnerabilities: { current: async () => undefined },
  };
}

const memory = new RegistryMemory();
const told = portsOver(
  watchOutbox(store, () => memory.outboxGrew.raise()),
  memory,
);
const silent: Ports = { ...told, metadata: untold };
let made = 0;

/** Pushes of small images into a new repository; resolves to how many in a second. */
async function push(ports: Ports): Promise<number> {
  const name = `team/app-${++made}` as RepositoryName;
  await createRepository(ports, {
    ...{ registry, name, scanOnPush: false, encryption: { type: "AES256" } },
    ...{ tagMutability: { mode: "MUTABLE", exclusionFilters: [] }, resourceTags: new Map() },
  });
  const { id } = await startUpload(ports, registry, name);
  await completeUpload(ports, registry, name, id, digestOf(config), {
    content: (async function* () {
      yield Uint8Array.from(config);
    })(),
    ...{ repeatable: false, emptyAllowed: true, enforcePartSize: false },
  });
  let next = 0;
  const started = performance.now();
  const pusher = async () => {
    while (next < pushes) {
      const n = next++;
      const tags = [`v${n}` as Tag];
      const wanted = {
        manifest: manifest(n),
        mediaType: undefined,
        tags,
        repeat: "accept",
      } as const;
      await putImage(ports, registry, name, wanted);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, pusher));
  return (pushes * 1000) / (performance.now() - started);
}

function manifest(n: number): Buffer {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const type = "application/vnd.oci.image.config.v1+json";
  return Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType, layers: [], annotations: { n: `${made}-${n}` } },
      config: { mediaType: type, digest: digestOf(config), size: config.length },
    }),
  );
}

async function pushRouted(): Promise<number> {
  const failed = (error: unknown) => console.error(error);
  const routing = startRouting(told, async () => undefined, { failed });
  try {
    return await push(told);
  } finally {
    await routing.stop();
  }
}

async function drain(): Promise<void> {
  while ((await routeWaiting(told, async () => undefined)).events > 0);
}

const kinds = {
  "without events": () => push(silent),
  "with events": () => push(told),
  "with events and a router": pushRouted,
};
const found = new Map<string, number[]>();
await push(silent);
for (let round = 0; round < rounds; round++) {
  for (const [kind, run] of Object.entries(kinds)) {
    found.set(kind, [...(found.get(kind) ?? []), await run()]);
    await drain();
  }
}
for (const [kind, rates] of found) {
  const sorted = rates.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const range = `${sorted[0]!.toFixed(0)} to ${sorted.at(-1)!.toFixed(0)}`;
  console.log(`${kind}: ${median.toFixed(0)} pushes/s (${range})`);
}

const waiting = 100_000;
for (let from = 0; from < waiting; from += 5_000) {
  await store.transaction(async (change) => {
    for (let n = 0; n < 5_000; n++) {
      const detail = { id: randomUUID(), text: "x".repeat(300) };
      await addEvent(change, registry, { source: "entrepot", at: 1, detailType: "t", detail });
    }
  });
}
globalThis.gc?.();
const before = process.memoryUsage().rss;
let most = before;
const started = performance.now();
let events = 0;
for (;;) {
  const routed = await routeWaiting(told, async () => undefined);
  if (routed.events === 0) break;
  events += routed.events;
  most = Math.max(most, process.memoryUsage().rss);
}
const seconds = (performance.now() - started) / 1000;
const MiB = 1024 * 1024;
console.log(
  `${events} events that waited were routed in ${seconds.toFixed(1)} s (${(events / seconds).toFixed(0)}/s); ` +
    `memory ${(before / MiB).toFixed(0)} MiB before, ${(most / MiB).toFixed(0)} MiB at most`,
);
await store.close();
await rm(directory, { recursive: true });
