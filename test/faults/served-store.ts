import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import type { FsckProblem } from "../../src/workers/check-store.ts";
import { ecrClient, loginPassword } from "../interop/registry.ts";
import { imageManifest } from "../support/ecr.ts";
import { fleetSettings } from "../support/fleet-settings.ts";
import { type Algorithm, digestOf, OciClient } from "../support/oci-client.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** A server process, and a client that has logged in to it. */
export interface Served {
  readonly server: RunningServer;
  readonly authorization: string;
  readonly client: OciClient;
}

/** A data directory, and the servers that a test starts on it one after the other. */
export class ServedStore {
  readonly directory: string;
  readonly #servers: RunningServer[] = [];

  /** Use `make`. */
  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<ServedStore> {
    return new ServedStore(await mkdtemp(join(tmpdir(), "entrepot-faults-")));
  }

  /** Starts a server and makes the repositories that are named. */
  async serve(
    repositories: readonly string[] = [],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Served> {
    const server = await startServer({ dataDirectory: this.directory, settings });
    this.#servers.push(server);
    const ecr = ecrClient(server, "plain HTTP");
    try {
      for (const repositoryName of repositories) {
        const imageTagMutability = repositoryName.startsWith("immutable") ? "IMMUTABLE" : "MUTABLE";
        await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability }));
      }
      const login = `AWS:${await loginPassword(ecr)}`;
      const authorization = `Basic ${Buffer.from(login).toString("base64")}`;
      const client = new OciClient(server.origin, { authorization });
      return { server, authorization, client };
    } finally {
      ecr.destroy();
    }
  }

  /** What `entrepot fsck --json` says, with its exit code. No server may be running. */
  async fsck(): Promise<{ code: number | null; problems: FsckProblem[] }> {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ENTREPOT_"));
    const child = spawn(process.execPath, [main, "fsck", "--json", "--data", this.directory], {
      cwd: tmpdir(),
      env: { ...Object.fromEntries(inherited), ...(await fleetSettings(this.directory)) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    const [code] = await once(child, "close");
    return { code, ...(JSON.parse(out) as { problems: FsckProblem[] }) };
  }

  /** Every file below the data directory, or below one of its directories. */
  async files(below = "."): Promise<string[]> {
    const { TEST_BUCKET_FILES: bucket } = await fleetSettings(this.directory);
    const folder = bucket === undefined ? this.directory : dirname(bucket);
    const path = bucket === undefined ? below : below.replace(/^blobs/, basename(bucket));
    const options = { recursive: true, withFileTypes: true } as const;
    const entries = await readdir(join(folder, path), options).catch((error) => {
      if (bucket !== undefined && (error as { code?: string }).code === "ENOENT") return [];
      throw error;
    });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }

  /** Pushes a blob that is too large for the database, and says in which file it is. */
  async pushStored(
    { client }: Served,
    repository: string,
    content: Buffer,
    algorithm: Algorithm = "sha256",
  ): Promise<Stored> {
    const before = new Set(await this.files("blobs/objects"));
    const digest = await client.pushBlob(repository, content, algorithm);
    const [file, ...others] = (await this.files("blobs/objects")).filter(
      (name) => !before.has(name),
    );
    if (file === undefined || others.length > 0) throw new Error("the blob is not one new file");
    return { content, digest, file };
  }

  /** Ends what still runs, and removes the data. */
  async remove(): Promise<void> {
    for (const server of this.#servers) await server.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export interface Stored {
  readonly content: Buffer;
  readonly digest: string;
  readonly file: string;
}

/** What came of a GET that may be broken off. */
export interface Pulled {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Whether the answer came to its proper end. */
  readonly whole: boolean;
}

/** A GET on a connection of its own, which takes an abort for an outcome like any other. */
export function pull(
  { server, authorization }: Served,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Pulled> {
  return new Promise((resolve) => {
    const outgoing = httpRequest(server.origin + path, {
      agent: false,
      headers: { authorization, ...headers },
    });
    outgoing.on("error", () => resolve({ status: 0, headers: {}, body: nothing, whole: false }));
    outgoing.on("response", (incoming) => {
      const pieces: Buffer[] = [];
      incoming.on("data", (piece: Buffer) => pieces.push(piece));
      incoming.on("error", () => undefined); // "close" follows and tells the same.
      incoming.on("close", () => {
        const { statusCode: status = 0, complete: whole } = incoming;
        resolve({ status, headers: incoming.headers, body: Buffer.concat(pieces), whole });
      });
    });
    outgoing.end();
  });
}

const nothing = Buffer.alloc(0);

export interface PushedImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly blobs: readonly Buffer[];
}

/** Pushes blobs and manifest. @throws when an answer is not the one of a push that went well */
export async function pushImage(
  client: OciClient,
  repository: string,
  tag: string,
  [config, ...layers]: readonly [Buffer, ...Buffer[]],
): Promise<PushedImage> {
  const blobs = [config, ...layers];
  for (const blob of blobs) await client.pushBlob(repository, blob);
  const put = await client.putManifest(repository, tag, imageManifest(config, ...layers));
  if (put.status !== 201) throw new Error(`a manifest: ${put.status} ${put.text()}`);
  const digest = put.headers.get("docker-content-digest") ?? "";
  return { repository, tag, digest, blobs };
}

/** @throws when the image is not there, whole and right */
export async function pullImage(
  client: OciClient,
  { repository, tag, digest, blobs }: PushedImage,
): Promise<void> {
  const manifest = await client.get(`/v2/${repository}/manifests/${tag}`);
  if (manifest.status !== 200 || digestOf(manifest.body) !== digest) {
    throw new Error(`${repository}:${tag}: ${manifest.status} ${manifest.text()}`);
  }
  for (const blob of blobs) {
    const answer = await client.get(`/v2/${repository}/blobs/${digestOf(blob)}`);
    if (answer.status !== 200 || !answer.body.equals(blob)) {
      throw new Error(`a blob of ${repository}:${tag}: ${answer.status}, other bytes or none`);
    }
  }
}

/** Resolves once the condition holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}
