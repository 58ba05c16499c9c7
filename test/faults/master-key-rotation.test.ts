/** What becomes of a rotation of the master key that dies on its way. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SystemClock } from "../../src/adapters/clock/system.ts";
import { rotateMasterKey } from "../../src/commands/rotate-master-key.ts";
import {
  expectWhole,
  fill,
  type HandedOut,
  openRotated,
  ownFileWish,
  rotatedConfig,
} from "./rotated-store.ts";

const child = fileURLToPath(new URL("rotation-child.ts", import.meta.url));
/** More points than a rotation has: a loop that gets here does not end. */
const mostPoints = 200;

let original: string;
let handedOut: HandedOut;
let oldKey: string;

beforeAll(async () => {
  original = await mkdtemp(join(tmpdir(), "entrepot-rotation-"));
  const store = await openRotated(original);
  handedOut = await fill(store.ports);
  await store.close();
  oldKey = await readFile(join(original, "master.key"), "utf8");
});
afterAll(() => rm(original, { recursive: true, force: true }));

function rotateUntil(directory: string, killAt: number): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [child, directory, String(killAt)], (error, stdout, stderr) => {
      if (error?.signal === "SIGKILL") resolve(stdout.trim());
      else reject(new Error(`the child ended otherwise: ${stderr}`));
    });
  });
}

/** To its end, also where one was begun before. */
async function rotate(directory: string): Promise<void> {
  const program = {
    ...{ clock: new SystemClock(), warn: () => {} },
    open: () => openRotated(directory),
  };
  const wish = { ...ownFileWish, onProgress: () => {} };
  const { state, unopenable } = await rotateMasterKey(program, rotatedConfig(directory), wish);
  expect({ state, unopenable }).toEqual({ state: "finished", unopenable: [] });
}

/** With the master key that the directory holds, and what it says of a rotation. */
async function look(directory: string): Promise<string | undefined> {
  const store = await openRotated(directory);
  try {
    await expectWhole(store.ports, handedOut);
    return store.keyring.facts.rotation;
  } finally {
    await store.close();
  }
}

/** Nothing is left that the old master key wrapped. */
async function expectRotated(directory: string): Promise<void> {
  const store = await openRotated(directory);
  try {
    const { keyring, ports } = store;
    const { masterKeys, rotation } = keyring.document;
    expect([masterKeys.map(({ id }) => id), rotation]).toEqual([[keyring.facts.id], undefined]);
    const services = await ports.metadata.serviceKeys.listAll({ limit: 10 });
    const versions = await ports.metadata.kms.keys.listVersions({ limit: 10 });
    expect([services.length > 1, versions.length]).toEqual([true, 1]);
    for (const { wrapped } of [...services, ...versions]) {
      expect(keyring.isCurrent(wrapped)).toBe(true);
    }
    await expectWhole(ports, handedOut);
  } finally {
    await store.close();
  }
}

describe("a rotation of the master key in the data directory", () => {
  it("that is killed anywhere leaves all readable, and is finished by the next one", {
    timeout: 600_000,
  }, async () => {
    let points = 0;
    for (let killAt = 1; ; killAt++) {
      expect(killAt).toBeLessThan(mostPoints);
      const directory = await mkdtemp(join(tmpdir(), "entrepot-rotation-"));
      try {
        await cp(original, directory, { recursive: true });
        const outcome = await rotateUntil(directory, killAt);
        points = killAt;
        const unfinished = await look(directory);
        if (outcome === "finished") {
          expect(unfinished).toBeUndefined();
          await expectRotated(directory);
          break;
        }
        await rotate(directory);
        await expectRotated(directory);
        const isDifferent = (await readFile(join(directory, "master.key"), "utf8")) !== oldKey;
        expect(isDifferent, outcome).toBe(true);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    }
    expect(points).toBeGreaterThan(25);
  });
});
