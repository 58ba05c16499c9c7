/** Backups of a registry that is in use, what becomes of damaged ones, and restores that break off. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BackupResult } from "../../src/doors/cli/backup.ts";
import type { RestoreResult } from "../../src/doors/cli/restore.ts";
import { runCommand } from "../support/cli.ts";
import { fleetSettings } from "../support/fleet-settings.ts";
import type { OciClient } from "../support/oci-client.ts";
import { someBytes } from "../support/store.ts";
import {
  type PushedImage,
  pullImage,
  pushImage,
  type Served,
  ServedStore,
  until,
} from "./served-store.ts";

const MiB = 1024 * 1024;

let source: ServedStore;
let target: ServedStore;
let shelf: string;

beforeEach(async () => {
  source = await ServedStore.make();
  target = await ServedStore.make();
  shelf = await mkdtemp(join(tmpdir(), "entrepot-backups-"));
});

afterEach(async () => {
  await source.remove();
  await target.remove();
  await rm(shelf, { recursive: true, force: true });
});

/** Runs a command on the store, and takes its result. */
async function command<Result>(
  store: ServedStore,
  ...words: string[]
): Promise<{ code: number | null; result: Result & { error?: string } }> {
  const settings = await fleetSettings(store.directory);
  const run = await runCommand([...words, "--data", store.directory, "--json"], settings);
  if (run.error !== "") throw new Error(run.error);
  return { code: run.code, result: JSON.parse(run.out) as Result & { error?: string } };
}

const backup = (name: string, { server }: { server?: Served["server"] } = {}) =>
  command<BackupResult>(
    source,
    ...["backup", join(shelf, name)],
    ...(server === undefined ? [] : ["--endpoint", server.origin]),
  );
const restore = (name: string) => command<RestoreResult>(target, "restore", join(shelf, name));

/** The keys of the source, which no backup holds unless it is told to. */
async function bringKeys(names: readonly string[] = ["master.key", "credentials"]): Promise<void> {
  for (const name of names) {
    await cp(join(source.directory, name), join(target.directory, name));
  }
}

/** Images that share layers, of which some are kept in the database and some are not. */
async function pushSome(client: OciClient, from = 0): Promise<PushedImage[]> {
  const shared = [someBytes(3 * MiB + 17), someBytes(900)];
  const images: PushedImage[] = [];
  for (let index = from; index < from + 3; index++) {
    for (const repository of ["app", "other"]) {
      const config = Buffer.from(JSON.stringify({ index }));
      const own = someBytes(70_000 + index);
      images.push(await pushImage(client, repository, `v${index}`, [config, ...shared, own]));
    }
  }
  return images;
}

async function deleteImage(client: OciClient, { repository, digest }: PushedImage): Promise<void> {
  const { status } = await client.send("DELETE", `/v2/${repository}/manifests/${digest}`);
  expect(status).toBe(202);
}

describe.each(["store.tar", "store"])("a backup as %s", (name) => {
  it("of a store in use is that of one moment, whole, and pulls after a restore elsewhere", async () => {
    const settings = { ENTREPOT_GC_INTERVAL: "1" };
    const served = await source.serve(["app", "other"], settings);
    const { server, client } = served;
    const before = await pushSome(client);
    const gone = await pushSome(client, 10);
    for (const image of gone) await deleteImage(client, image);

    let running = true;
    const during: PushedImage[] = [];
    const load = (async () => {
      for (let round = 0; running; round++) {
        const blobs = [Buffer.from(`{"round":${round}}`), someBytes(40_000 + round)] as const;
        const image = await pushImage(client, "app", `during-${round}`, [...blobs]);
        if (round % 3 === 0) await deleteImage(client, image);
        else during.push(image);
      }
    })();
    await until(() => during.length > 5);
    const pushedBefore = [...during];
    const { code, result } = await backup(name, { server });
    running = false;
    await load;
    expect([code, result.hasMasterKey]).toEqual([0, false]);
    expect(result.objects).toBeGreaterThan(5);

    await bringKeys();
    const restored = await restore(name);
    expect(restored).toMatchObject({ code: 0, result: { problems: [], resumed: false } });
    const { client: there, server: other } = await target.serve([], settings);
    for (const image of [...before, ...pushedBefore]) await pullImage(there, image);
    for (const { repository, digest } of gone) {
      expect((await there.get(`/v2/${repository}/manifests/${digest}`)).status).toBe(404);
    }
    // It goes on as any other: pushes, and what was deleted is collected.
    await pushSome(there, 20);
    expect(await other.stop()).toBe(0);
    expect(await target.fsck()).toMatchObject({ code: 0, problems: [] });
    expect(await server.stop()).toBe(0);
  }, 120_000);
});

describe("a backup", () => {
  /** An image in a store that nobody serves. */
  async function stored(): Promise<PushedImage> {
    const { server, client } = await source.serve(["app"]);
    const blobs = [someBytes(200), someBytes(2 * MiB), someBytes(50_000)] as const;
    const image = await pushImage(client, "app", "1.0", [...blobs]);
    expect(await server.stop()).toBe(0);
    return image;
  }

  it("needs the master key, takes it along when told to, and says so", async () => {
    const image = await stored();
    const { result } = await backup("plain.tar");
    expect(result.masterKeyFrom).toBe(join(source.directory, "master.key"));
    const refused = await restore("plain.tar");
    expect(refused).toMatchObject({
      code: 1,
      result: { error: expect.stringMatching(/^The backup does not hold the master key/) },
    });
    expect(await readdir(target.directory)).not.toContain("master.key");

    const withKey = await command<BackupResult>(
      source,
      ...["backup", join(shelf, "key.tar"), "--include-master-key"],
    );
    expect(withKey).toMatchObject({ code: 0, result: { hasMasterKey: true } });
    expect(await restore("key.tar")).toMatchObject({ code: 0, result: { problems: [] } });
    await bringKeys(["credentials"]);
    const { client } = await target.serve();
    await pullImage(client, image);
  }, 60_000);

  it("is refused when it is cut, or when one byte of it is another", async () => {
    await stored();
    await bringKeys();
    await backup("whole.tar");
    const whole = await readFile(join(shelf, "whole.tar"));
    const path = join(shelf, "broken.tar");
    const expectRefused = async (content: Buffer, what: string) => {
      await writeFile(path, content);
      const { code, result } = await restore("broken.tar");
      expect([code, result.error], what).toEqual([
        1,
        expect.stringMatching(/is no whole backup|is damaged/),
      ]);
    };
    for (const bytes of [whole.length - 1, 100_000]) {
      await expectRefused(whole.subarray(0, bytes), `cut at ${bytes}`);
    }
    const damaged = Buffer.from(whole);
    damaged[1_000_000]! ^= 1; // In the middle of a layer.
    await expectRefused(damaged, "damaged");
    // It has begun, so that it goes on with the whole one, and with no other.
    expect(await restore("whole.tar")).toMatchObject({
      code: 0,
      result: { resumed: true, problems: [], images: 1 },
    });
    expect(await restore("whole.tar")).toMatchObject({
      code: 1,
      result: { error: expect.stringMatching(/in use already/) },
    });
    expect(await target.fsck()).toMatchObject({ code: 0, problems: [] });
  }, 120_000);
});
