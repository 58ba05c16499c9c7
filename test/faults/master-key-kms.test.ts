/** Master keys in files, settings and AWS KMS, and the ways between them. KMS is a stand-in. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RotateResult } from "../../src/doors/cli/rotate.ts";
import { runCommand } from "../support/cli.ts";
import { KmsDouble } from "../support/kms-double.ts";
import { pullImage, pushImage, ServedStore } from "./served-store.ts";

let store: ServedStore;
let kms: KmsDouble;
let shelf: string;

beforeEach(async () => {
  store = await ServedStore.make();
  kms = await KmsDouble.start();
  shelf = await mkdtemp(join(tmpdir(), "entrepot-shelf-"));
});
afterEach(async () => {
  await store.remove();
  await kms.stop();
  await rm(shelf, { recursive: true, force: true });
});

const credentials = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
const held = (arn: string) => ({ ...credentials, ENTREPOT_MASTER_KEY: kms.url(arn) });
type Settings = Readonly<Record<string, string>>;

async function run(settings: Settings, ...words: string[]) {
  const all = { ...settings, ENTREPOT_DATA: store.directory };
  const { code, out, error } = await runCommand([...words, "--json"], all);
  return { code, error, result: JSON.parse(out) as RotateResult & { error?: string } };
}

async function rotate(settings: Settings, ...words: string[]): Promise<RotateResult> {
  const { code, error, result } = await run(settings, "master-key", "rotate", ...words);
  expect(code, JSON.stringify(result) + error).toBe(0);
  return result;
}

/** Serves with these settings for as long as the work takes. */
async function serving<T>(
  settings: Settings,
  work: (client: Awaited<ReturnType<ServedStore["serve"]>>) => Promise<T>,
  repositories: readonly string[] = [],
): Promise<T> {
  const served = await store.serve(repositories, settings);
  try {
    return await work(served);
  } finally {
    await served.server.stop();
  }
}

const push = (settings: Settings) =>
  serving(
    settings,
    ({ client }) => pushImage(client, "app", "v1", [Buffer.from("{}"), randomBytes(100_000)]),
    ["app"],
  );

describe("the master key", { timeout: 180_000 }, () => {
  it("that KMS holds is nowhere on the disk, and opens all again at the next start", async () => {
    const arn = kms.addKey("one");
    const image = await push(held(arn));
    expect(await readdir(store.directory)).not.toContain("master.key");
    await serving(held(arn), ({ client }) => pullImage(client, image));
    const operations = kms.asked.map(({ operation }) => operation);
    expect(operations.filter((name) => name === "GenerateDataKey")).toHaveLength(1);
    kms.keys.get(arn)!.state = "disabled";
    await expect(store.serve([], held(arn))).rejects.toThrow("it is disabled");
  });

  it("moves from the data directory to KMS, to another key there, and to a file", async () => {
    const [one, two] = [kms.addKey("one"), kms.addKey("two")];
    const image = await push({});
    await expect(store.serve([], held(one))).rejects.toThrow("has a master key already");

    await rotate(credentials, "--new-key", kms.url(one));
    await serving({}, ({ client }) => pullImage(client, image)); // Either of them does.
    await serving(held(one), ({ client }) => pullImage(client, image));
    await rotate(held(one), "--finish");
    await serving(held(one), ({ client }) => pullImage(client, image));
    await expect(store.serve()).rejects.toThrow("The master key is not the one");

    await rotate(held(one)); // Another data key of the same key.
    await serving(held(one), ({ client }) => pullImage(client, image));

    await rotate(held(one), "--new-key", kms.url(two));
    await rotate(held(two), "--finish", "--leaked", "--service-keys");
    await expect(store.serve([], held(one))).rejects.toThrow(`is held by ${two}`);

    const file = join(shelf, "new.key");
    await writeFile(file, randomBytes(32).toString("base64"));
    await rotate(held(two), "--new-key-file", file);
    const last = { ENTREPOT_MASTER_KEY_FILE: file };
    await rotate(last, "--finish");
    await serving(last, ({ client }) => pullImage(client, image));
    await expect(store.serve([], held(two))).rejects.toThrow("is held by no key of KMS");
    const fsck = await run(last, "fsck");
    expect(fsck).toMatchObject({ code: 0, result: { problems: [] } });
  });

  it("of a rotation that is only begun can be given up, and no other comes in between", async () => {
    await push({});
    const before = await readFile(join(store.directory, "master.key"), "utf8");
    const [one, two] = [kms.addKey("one"), kms.addKey("two")];
    await rotate(credentials, "--new-key", kms.url(one));
    const refused = await run(credentials, "master-key", "rotate", "--new-key", kms.url(two));
    expect(refused.result.error).toContain("is under way");
    const early = await run(credentials, "master-key", "rotate", "--finish");
    expect(early.result.error).toContain("still name the old master key");
    expect((await rotate({}, "--cancel")).state).toBe("cancelled");
    await expect(store.serve([], held(one))).rejects.toThrow("is held by no key of KMS");
    expect(await readFile(join(store.directory, "master.key"), "utf8")).toBe(before);
  });

  it("comes back with a backup where KMS holds it, and with the key of that time elsewhere", async () => {
    const arn = kms.addKey("one");
    const image = await push(held(arn));
    const archive = join(shelf, "backup.tar");
    expect((await run(held(arn), "backup", archive)).code).toBe(0);
    const greedy = await run(held(arn), "backup", join(shelf, "b.tar"), "--include-master-key");
    expect(greedy.result.error).toContain("it stays there");
    await rotate(held(arn));
    await store.remove();
    store = await ServedStore.make();
    const restored = await run(held(arn), "restore", archive);
    expect(restored.code, JSON.stringify(restored)).toBe(0);
    await serving(held(arn), ({ client }) => pullImage(client, image));
  });

  it("is not rotated while a server has the data directory open", async () => {
    await serving({}, async () => {
      const { code, result } = await run({}, "master-key", "rotate");
      expect([code, result.error]).toEqual([1, expect.stringContaining("stop it first")]);
    });
  });
});
