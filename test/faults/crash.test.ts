import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { storageClassOf } from "../../src/ports/place.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import { getImage } from "../../src/registry/images/get-image.ts";
import { readLayer } from "../../src/registry/layers/read-layer.ts";
import type { Digest } from "../../src/registry/names.ts";
import { findRepository } from "../../src/registry/repositories/find-repository.ts";
import { restoreImages } from "../../src/registry/trash/restore-images.ts";
import { restoreRepository } from "../../src/registry/trash/restore-repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { storedEntries } from "../support/audit.ts";
import { fleetSettings, isFleet } from "../support/fleet-settings.ts";
import { openStore, testRegistry, testRepository } from "../support/store.ts";
import {
  bigLayer,
  type Content,
  latest,
  newImage,
  oldImage,
  pushLayer,
  pushManifest,
  putIntoState,
  reclaimEverything,
  rekeyEverything,
  type ScenarioName,
  smallLayer,
} from "./scenarios.ts";
import { expectTold } from "./told.ts";

const child = fileURLToPath(new URL("crash-child.ts", import.meta.url));
/** More points than any scenario has: a loop that gets here does not end. */
const mostPoints = 200;

async function crash(directory: string, name: ScenarioName, killAt: number): Promise<string> {
  await fleetSettings(directory); // The child finds them there.
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [child, directory, name, String(killAt)],
      (error, stdout, stderr) => {
        if (error?.signal === "SIGKILL") resolve(stdout.trim());
        else reject(new Error(`the child ended otherwise: ${stderr}`));
      },
    );
  });
}

async function readable(ports: Ports, content: Content): Promise<boolean> {
  const found = await ports.metadata.layers.resolve(testRegistry, testRepository, content.digest);
  if (found?.object === undefined) return false;
  const pieces: Uint8Array[] = [];
  for await (const piece of readLayer(ports, { object: found.object }))
    pieces.push(Buffer.from(piece));
  expect(Buffer.concat(pieces).equals(content.bytes)).toBe(true);
  return true;
}

async function tagged(ports: Ports): Promise<Digest> {
  const { image } = await getImage(
    ports,
    testRegistry,
    testRepository,
    { tag: latest },
    { pull: false },
  );
  return image.digest;
}

async function exists(ports: Ports, image: Content): Promise<boolean> {
  try {
    const reference = { digest: image.digest };
    const { manifest } = await getImage(ports, testRegistry, testRepository, reference, {
      pull: false,
    });
    expect(manifest.equals(image.bytes)).toBe(true);
    return true;
  } catch (error) {
    if (isRegistryError(error, "ImageNotFound")) return false;
    throw error;
  }
}

/** What holds after a crash in the scenario, wherever it happened. */
const expectations: Record<ScenarioName, (ports: Ports, acknowledged: boolean) => Promise<void>> = {
  async "a blob PUT"(ports, acknowledged) {
    const whole = await readable(ports, bigLayer);
    if (acknowledged) expect(whole).toBe(true);
    expect(await tagged(ports)).toBe(oldImage.digest);
  },
  async "a manifest PUT"(ports, acknowledged) {
    const now = await tagged(ports);
    expect([oldImage.digest, newImage.digest]).toContain(now);
    if (acknowledged) expect(now).toBe(newImage.digest);
    expect(await exists(ports, newImage)).toBe(now === newImage.digest);
    // A record of what was done, and of nothing else.
    const records = await storedEntries(ports, testRegistry);
    const names = records.map(({ action }) => action.eventName);
    expect(names).toEqual(now === newImage.digest ? ["PutImage"] : []);
    expect(await readable(ports, bigLayer)).toBe(true);
  },
  async "a delete"(ports, acknowledged) {
    const there = await exists(ports, newImage);
    if (acknowledged) expect(there).toBe(false);
    if (there) expect(await readable(ports, bigLayer)).toBe(true);
    expect(await exists(ports, oldImage)).toBe(true);
  },
  async "a reclaim"(ports, acknowledged) {
    if (acknowledged) expect(await readable(ports, bigLayer)).toBe(false);
    expect(await exists(ports, oldImage)).toBe(true);
    expect(await readable(ports, smallLayer)).toBe(true);
  },
  async "a rekey"(ports, acknowledged) {
    expect(await tagged(ports)).toBe(newImage.digest);
    for (const image of [oldImage, newImage]) expect(await exists(ports, image)).toBe(true);
    for (const layer of [smallLayer, bigLayer]) expect(await readable(ports, layer)).toBe(true);
    const repository = await findRepository(ports, testRegistry, testRepository);
    const before = await ports.metadata.rekeys.find(repository);
    if (acknowledged) expect(before?.finishedAt).toBeDefined();
    await rekeyEverything(ports);
    const after = await ports.metadata.rekeys.find(repository);
    expect(after).toMatchObject({ finishedAt: expect.any(Number), objects: 5, seen: 5 });
    expect(after).toMatchObject({ rewrapped: 3, copied: 1, adopted: 1 });
  },
  async "a delete that can be undone"(ports, acknowledged) {
    if (acknowledged) expect(await exists(ports, newImage)).toBe(true);
    await restoreImages(ports, testRegistry, testRepository, [newImage.digest]);
    expect(await exists(ports, newImage)).toBe(true);
    expect(await tagged(ports)).toBe(newImage.digest);
    expect(await readable(ports, bigLayer)).toBe(true);
    expect(await exists(ports, oldImage)).toBe(true);
  },
  async "a repository's deletion and return"(ports, acknowledged) {
    const isThere = await ports.metadata.repositories.find(testRegistry, testRepository);
    if (acknowledged) expect(isThere).toBeDefined();
    if (isThere === undefined) await restoreRepository(ports, testRegistry, testRepository);
    for (const image of [oldImage, newImage]) expect(await exists(ports, image)).toBe(true);
    expect(await readable(ports, bigLayer)).toBe(true);
    const totals = await ports.metadata.repositories.totals();
    expect(totals).toMatchObject({ repositories: 1, images: 2 });
  },
  async "a lifecycle run"(ports, acknowledged) {
    expect(await tagged(ports)).toBe(newImage.digest);
    const repository = await findRepository(ports, testRegistry, testRepository);
    const runs = await ports.metadata.lifecycle.runs(repository, { limit: 9 });
    const expired = runs.reduce((sum, run) => sum + run.expired, 0);
    // What was done is written down, and the other way round.
    expect(await exists(ports, oldImage)).toBe(expired === 0);
    const records = await storedEntries(ports, testRegistry);
    const names = records.map(({ action }) => action.eventName);
    expect(names).toEqual(expired === 1 ? ["PolicyExecutionEvent"] : []);
    if (acknowledged) expect(expired).toBe(1);
    if (expired === 1) {
      await restoreImages(ports, testRegistry, testRepository, [oldImage.digest]);
      expect(await exists(ports, oldImage)).toBe(true);
    }
  },
  async "a transfer"(ports, acknowledged) {
    for (const layer of [smallLayer, bigLayer]) expect(await readable(ports, layer)).toBe(true);
    const { object } = (await ports.metadata.layers.resolve(
      testRegistry,
      testRepository,
      bigLayer.digest,
    ))!;
    if (acknowledged) expect(storageClassOf(object!.place)).toBe("standard");
    // Whatever was cut short is gone on with, and leaves nothing behind.
    for (const [state, wanted] of [
      ["ARCHIVED", "archive"],
      ["ACTIVE", "standard"],
    ] as const) {
      await putIntoState(ports, state);
      await reclaimEverything(ports);
      const stored = await Array.fromAsync(ports.blobs.list());
      expect(stored.map(({ place }) => storageClassOf(place))).toEqual([wanted]);
      expect(await readable(ports, bigLayer)).toBe(true);
    }
  },
};

/** The client tries again, the reclaimer goes on, and nothing is lost or left over (I4, I10, I12). */
async function recovers(ports: Ports): Promise<void> {
  await pushLayer(ports, bigLayer);
  await pushManifest(ports, newImage);
  expect(await tagged(ports)).toBe(newImage.digest);
  expect(await readable(ports, bigLayer)).toBe(true);
  await reclaimEverything(ports);
  expect(await readable(ports, bigLayer)).toBe(true);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
}

const everyCase: readonly (readonly [string, ScenarioName])[] = [
  ["1", "a blob PUT"],
  ["2, 3", "a manifest PUT"],
  ["15", "a delete"],
  ["17", "a reclaim"],
  ["whatever was deleted comes back", "a delete that can be undone"],
  ["all of it comes back", "a repository's deletion and return"],
  ["what was done is written down", "a lifecycle run"],
  ["17, moving to another storage class", "a transfer"],
  ["every object under its old or its new key", "a rekey"],
];
// Half a hundred points of some seconds each: too many for every stores' turn.
const long: readonly ScenarioName[] = [
  ...(["a rekey", "a transfer"] as const),
  ...(["a repository's deletion and return", "a lifecycle run"] as const),
];
const cases = isFleet ? everyCase.filter(([, name]) => !long.includes(name)) : everyCase;
if (isFleet)
  process.stderr.write(`kill -9 in ${long.join(" and ")} is tried on SQLite and files alone.\n`);

describe("kill -9", () => {
  it.each(cases)(
    "%s: at every fault point of %s loses nothing that was acknowledged",
    { timeout: 900_000 },
    async (_number, name) => {
      const places = new Set<string>();
      for (let killAt = 1; ; killAt++) {
        expect(killAt).toBeLessThan(mostPoints);
        const directory = await mkdtemp(join(tmpdir(), "entrepot-crash-"));
        try {
          const outcome = await crash(directory, name, killAt);
          const acknowledged = outcome === "acknowledged";
          places.add(outcome);
          const ports = await openStore(directory);
          try {
            expect((await checkStore(ports, { repair: false })).problems, outcome).toEqual([]);
            await expectTold(ports, name);
            await expectations[name](ports, acknowledged);
            await recovers(ports);
          } finally {
            await ports.metadata.close();
          }
          if (acknowledged) break;
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      }
      expect(places.size).toBeGreaterThan(3);
    },
  );
});
