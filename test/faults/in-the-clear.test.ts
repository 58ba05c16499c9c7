/**
 * Everything that a deployment leaves behind, read byte for byte: nothing that was sealed, no secret and
 * no key is there in the clear. The two files that hold the master key and root's first key are what an
 * operator keeps; they are left out, and nothing else is.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SystemClock } from "../../src/adapters/clock/system.ts";
import { LocalKeyService } from "../../src/adapters/keys/local.ts";
import { readMasterKey } from "../../src/adapters/keys/master-key.ts";
import { openPostgresMetadata } from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { openDataKey } from "../../src/registry/encryption/data-keys.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import { ecrClient } from "../interop/registry.ts";
import { runCommand } from "../support/cli.ts";
import { imageManifest } from "../support/ecr.ts";
import { fleetSettings } from "../support/fleet-settings.ts";
import { type Served, ServedStore } from "./served-store.ts";

let store: ServedStore;
let shelf: string;

beforeEach(async () => {
  store = await ServedStore.make();
  shelf = await mkdtemp(join(tmpdir(), "entrepot-shelf-"));
});

afterEach(async () => {
  await store.remove();
  await rm(shelf, { recursive: true, force: true });
});

const marker = (of: string) => `marker-of-${of}-${"0123456789abcdef".repeat(2)}`;

/** A layer that the database keeps, one that it does not, a config and a manifest, each with a mark. */
async function pushMarked({ client }: Served, repository: string): Promise<void> {
  const small = Buffer.from(marker("small-layer").repeat(10));
  const large = Buffer.alloc(3_000_000, marker("large-layer"));
  const config = Buffer.from(JSON.stringify({ mark: marker("config") }));
  for (const blob of [small, large, config]) await client.pushBlob(repository, blob);
  const annotations = { mark: marker("manifest") };
  const marked = { ...imageManifest(config, small, large), annotations };
  const put = await client.putManifest(repository, "v1", marked);
  expect(put.status).toBe(201);
  // A session that nobody ends leaves bytes behind as well.
  const upload = await client.startUpload(repository);
  await client.send("PATCH", upload, { body: Buffer.alloc(200_000, marker("upload")) });
}

/** Secrets that the server gave out or was told. */
async function makeSecrets({ server }: Served): Promise<string[]> {
  const options = { endpoint: server.origin, region: "us-east-1", credentials: server };
  const iam = new IAMClient(options);
  const sts = new STSClient(options);
  const UserName = "somebody";
  const Password = "Correct-Horse-7-Battery";
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  await iam.send(new CreateLoginProfileCommand({ UserName, Password }));
  const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
  iam.destroy();
  sts.destroy();
  return [
    AccessKey!.SecretAccessKey!,
    Password,
    Credentials!.SecretAccessKey!,
    Credentials!.SessionToken!,
  ];
}

it("leaves nothing in the clear: on disk, in the database, in the bucket, in logs and backups", async () => {
  const served = await store.serve();
  const ecr = ecrClient(served.server, "plain HTTP");
  for (const encryptionType of ["AES256", "KMS", "KMS_DSSE"] as const) {
    const repositoryName = encryptionType.toLowerCase();
    const encryptionConfiguration = { encryptionType };
    await ecr.send(new CreateRepositoryCommand({ repositoryName, encryptionConfiguration }));
    await pushMarked(served, repositoryName);
  }
  ecr.destroy();
  const secrets = await makeSecrets(served);
  const settings = await fleetSettings(store.directory);
  const words = ["backup", join(shelf, "all"), "--data", store.directory, "--json"];
  const backup = await runCommand([...words, "--endpoint", served.server.origin], settings);
  expect(backup.error).toBe("");
  await served.server.stop();
  const log = Buffer.from(served.server.output());
  const masterKey = await readMasterKey(join(store.directory, "master.key"));

  const forbidden = new Map<string, Buffer>();
  for (const name of ["small-layer", "large-layer", "config", "manifest", "upload"]) {
    forbidden.set(`the ${name}`, Buffer.from(marker(name)));
  }
  for (const [index, secret] of secrets.entries()) {
    forbidden.set(`secret ${index}`, Buffer.from(secret));
  }
  const keys = await unwrappedKeys(settings.ENTREPOT_DATABASE, masterKey!);
  expect(keys.length).toBeGreaterThan(15);
  for (const [what, key] of [["the master key", masterKey!] as const, ...keys]) {
    forbidden.set(what, key);
    forbidden.set(`${what} in base64`, Buffer.from(key.toString("base64")));
    forbidden.set(`${what} in hexadecimal`, Buffer.from(key.toString("hex")));
  }

  const found: string[] = [];
  const look = (where: string, bytes: Buffer) => {
    for (const [what, pattern] of forbidden) {
      if (bytes.includes(pattern)) found.push(`${what} in ${where}`);
    }
  };
  look("the log", log);
  const operators = ["master.key", "credentials"].map((name) => join(store.directory, name));
  const folders = [store.directory, shelf, settings.TEST_BUCKET_FILES].filter(
    (folder) => folder !== undefined,
  );
  let bytes = 0;
  for (const folder of folders) {
    for (const file of await filesBelow(folder)) {
      if (operators.includes(file)) continue;
      const content = await readFile(file);
      bytes += content.length;
      look(file, content);
    }
  }
  expect(found).toEqual([]);
  // Three repositories with a layer of 3 MB each, at least once and once more in the backup.
  expect(bytes).toBeGreaterThan(18_000_000);
});

/** Data keys of every object, as they are in the memory of a server that opens them. */
async function unwrappedKeys(
  database: string | undefined,
  masterKey: Buffer,
): Promise<(readonly [string, Buffer])[]> {
  const metadata =
    database === undefined
      ? await openSqliteMetadata({ directory: store.directory, onWriterFailure: () => undefined })
      : await openPostgresMetadata({ url: database, warn: () => undefined });
  const clock = new SystemClock();
  const keys = new LocalKeyService({ masterKey, metadata, clock });
  const ports = { metadata, keys, clock, memory: new RegistryMemory() } as unknown as Ports;
  try {
    const objects = await metadata.objects.list({ limit: 100 });
    const found: (readonly [string, Buffer])[] = [];
    for (const object of objects) {
      const dataKey = Buffer.from(await openDataKey(ports, undefined, object));
      for (let at = 0; at < dataKey.length; at += 32) {
        found.push([`data key ${at / 32} of ${object.id}`, dataKey.subarray(at, at + 32)]);
      }
    }
    return found;
  } finally {
    await metadata.close();
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
