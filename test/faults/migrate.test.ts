/** An embedded registry that moves to PostgreSQL and back, pulled from all the while. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MigrateResult } from "../../src/doors/cli/migrate.ts";
import type { FsckResult } from "../../src/doors/cli/results.ts";
import { ecrClient, loginPassword } from "../interop/registry.ts";
import { runCommand, startCommand } from "../support/cli.ts";
import { OciClient } from "../support/oci-client.ts";
import { postgresMissing } from "../support/postgres.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { temporaryDatabase } from "../support/shared-postgres.ts";
import { someBytes } from "../support/store.ts";
import { type PushedImage, pullImage, pushImage, until } from "./served-store.ts";

const MiB = 1024 * 1024;
const missing = postgresMissing();

let directory: string;
const servers: RunningServer[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "entrepot-move-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
  await rm(directory, { recursive: true, force: true });
});

/** A store by its settings: in a data directory, or in that database and a data directory. */
interface Place {
  readonly dataDirectory: string;
  readonly database: string;
  /** Its settings file. */
  readonly file: string;
}

async function place(name: string, database = ""): Promise<Place> {
  const dataDirectory = join(directory, name);
  const file = join(directory, `${name}.json`);
  await writeFile(file, JSON.stringify({ data: dataDirectory, database, blobs: "" }));
  return { dataDirectory, database, file };
}

async function serve({ dataDirectory, database }: Place, more: Record<string, string> = {}) {
  const settings = { ENTREPOT_DATABASE: database, ENTREPOT_BLOBS: "", ...more };
  const server = await startServer({ dataDirectory, settings });
  servers.push(server);
  const ecr = ecrClient(server, "plain HTTP");
  try {
    const login = `AWS:${await loginPassword(ecr)}`;
    const authorization = `Basic ${Buffer.from(login).toString("base64")}`;
    const create = (repositoryName: string) =>
      ecr.send(new CreateRepositoryCommand({ repositoryName }));
    if (more.ENTREPOT_READ_ONLY === undefined) await create("app").catch(() => undefined);
    return { server, client: new OciClient(server.origin, { authorization }) };
  } finally {
    ecr.destroy();
  }
}

function migrateWords(from: Place, to: Place, more: readonly string[]): string[] {
  return ["migrate", "--json", "--from", from.file, "--to", to.file, ...more];
}

async function migrate(from: Place, to: Place, ...more: string[]) {
  const { code, out } = await runCommand(migrateWords(from, to, more));
  return { code, result: JSON.parse(out) as MigrateResult & { error?: string } };
}

async function problemsOf({ file }: Place): Promise<readonly object[]> {
  const { out } = await runCommand(["fsck", "--json", "--config", file]);
  return (JSON.parse(out) as FsckResult).problems;
}

async function pushSome(client: OciClient, round: string): Promise<PushedImage[]> {
  const images: PushedImage[] = [];
  for (let index = 0; index < 3; index++) {
    const tag = `${round}-${index}`;
    const blobs = [Buffer.from(`{"tag":"${tag}"}`), someBytes(2 * MiB), someBytes(500)] as const;
    images.push(await pushImage(client, "app", tag, [...blobs]));
  }
  return images;
}

if (missing !== undefined) {
  process.stderr.write(`Migrations are not tried with PostgreSQL: ${missing}\n`);
}

describe.skipIf(missing !== undefined)("a migration", () => {
  it("takes an embedded registry to PostgreSQL and back, and pulls go on all the while", async () => {
    const [home, fleet, back] = [
      await place("home"),
      await place("fleet", await temporaryDatabase()),
      await place("back"),
    ];
    const first = await serve(home, { ENTREPOT_GC_INTERVAL: "1" });
    const images = await pushSome(first.client, "first");
    const doomed = await pushSome(first.client, "doomed");
    const atHome = ["--endpoint", first.server.origin];
    expect(await migrate(home, fleet, ...atHome)).toMatchObject({
      code: 0,
      result: { finished: false, resumed: false, copiedObjects: 6 },
    });
    for (const { digest } of doomed)
      await first.client.send("DELETE", `/v2/app/manifests/${digest}`);
    images.push(...(await pushSome(first.client, "second")));
    // Half of it is there, and is not served.
    await expect(serve(fleet)).rejects.toThrow(/holds only a part of the migration/);
    expect(await first.server.stop()).toBe(0);

    const readOnly = await serve(home, { ENTREPOT_READ_ONLY: "true" });
    await expectReadOnly(readOnly.client, images);
    let pulling = true;
    let pulls = 0;
    const pulled = (async () => {
      for (; pulling; pulls++) await pullImage(readOnly.client, images[pulls % images.length]!);
    })();
    const words = ["--endpoint", readOnly.server.origin, "--verify-bytes"];
    const moved = await migrate(home, fleet, ...words);
    expect(moved).toMatchObject({
      code: 0,
      result: { finished: true, resumed: true, verified: { problems: [], images: 6 } },
    });
    pulling = false;
    await pulled;
    expect(pulls).toBeGreaterThan(0);
    expect(await readOnly.server.stop()).toBe(0);

    const there = await serve(fleet, { ENTREPOT_GC_INTERVAL: "1" });
    for (const image of images) await pullImage(there.client, image);
    images.push(...(await pushSome(there.client, "third")));
    expect(await migrate(fleet, back)).toMatchObject({ code: 0, result: { finished: false } });
    // Somebody says that it is read-only, and it is not.
    const writing = migrate(fleet, back, "--source-is-read-only");
    images.push(...(await pushSome(there.client, "fourth")));
    expect(await writing).toMatchObject({
      code: 1,
      result: { error: expect.stringMatching(/^The source took writes/) },
    });
    expect(await there.server.stop()).toBe(0);
    expect(await migrate(fleet, back, "--source-is-read-only")).toMatchObject({
      code: 0,
      result: { finished: true, verified: { problems: [], images: 12 } },
    });
    const again = await serve(back);
    for (const image of images) await pullImage(again.client, image);
    expect(await again.server.stop()).toBe(0);
    expect([...(await problemsOf(fleet)), ...(await problemsOf(back))]).toEqual([]);
  }, 180_000);
});

async function expectReadOnly(client: OciClient, images: readonly PushedImage[]): Promise<void> {
  expect((await client.get("/readyz")).status).toBe(200);
  for (const image of images) await pullImage(client, image);
  const refused = await client.send("POST", "/v2/app/blobs/uploads/");
  expect([refused.status, refused.text()]).toEqual([
    503,
    expect.stringContaining("The registry is read-only at the moment."),
  ]);
  const { digest } = images[0]!;
  for (const path of [`/v2/app/manifests/${digest}`, `/v2/app/manifests/first-0`]) {
    expect((await client.send("DELETE", path)).status).toBe(503);
  }
}

describe("a migration that is killed", () => {
  it("goes on where it was, and leaves nothing of its beginnings", async () => {
    const [home, other] = [await place("home"), await place("other")];
    const { server, client } = await serve(home);
    const images: PushedImage[] = [];
    for (let index = 0; index < 14; index++) {
      const blobs = [Buffer.from(`{"n":${index}}`), someBytes(12 * MiB)] as const;
      images.push(await pushImage(client, "app", `n${index}`, [...blobs]));
    }
    expect(await server.stop()).toBe(0);
    for (const least of [1, 3]) {
      const run = startCommand(migrateWords(home, other, []));
      const objects = join(other.dataDirectory, "blobs", "objects");
      let isOver = false;
      void run.ended.then(() => {
        isOver = true;
      });
      await until(async () => isOver || (await count(objects)) >= least);
      run.process.kill("SIGKILL");
      await run.ended;
    }
    expect(await migrate(home, other)).toMatchObject({
      code: 0,
      result: { finished: true, resumed: true, verified: { problems: [], images: 14 } },
    });
    const there = await serve(other);
    for (const image of images) await pullImage(there.client, image);
    expect(await there.server.stop()).toBe(0);
    expect(await problemsOf(other)).toEqual([]);
  }, 120_000);
});

async function count(below: string): Promise<number> {
  const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).length;
}
