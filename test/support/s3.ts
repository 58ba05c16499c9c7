import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { S3BlobStore, type S3BlobStoreOptions } from "../../src/adapters/blobs/s3.ts";
import { s3Missing, s3Program } from "./s3-server.ts";

const region = "us-east-1";
const startTimeoutMs = 15_000;

export interface S3Server {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly bucket: string;
  /** For whatever does not speak through a store of ours. */
  readonly client: S3Client;
  /** What a process needs in its environment to be let in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly process: ChildProcess;
  /** Where the server keeps the bucket's objects, as files under their names. */
  readonly files: string;
  stop(): Promise<void>;
}

/**
 * Starts a real S3 server on a free port of 127.0.0.1, over a directory of its own, with one bucket.
 * The credentials are put into this process's environment, where the SDK looks for them.
 * @throws Error that says what is missing
 */
export async function startS3(): Promise<S3Server> {
  const program = s3Program();
  if (program === undefined) throw new Error(s3Missing());
  const directory = await mkdtemp(join(tmpdir(), "entrepot-s3-"));
  await mkdir(join(directory, "data"));
  await mkdir(join(directory, "sidecar")); // Not every file system has extended attributes.
  const environment = {
    AWS_ACCESS_KEY_ID: "entrepot-test",
    AWS_SECRET_ACCESS_KEY: randomBytes(20).toString("hex"),
    AWS_REGION: region,
  };
  Object.assign(process.env, environment);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    ["--port", address, "--quiet"].concat(
      "posix",
      "--sidecar",
      join(directory, "sidecar"),
      join(directory, "data"),
    ),
    {
      env: {
        ...process.env,
        ROOT_ACCESS_KEY: environment.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: environment.AWS_SECRET_ACCESS_KEY,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exited = once(child, "close");
  const killed = () => void child.kill("SIGKILL");
  process.once("exit", killed);
  const endpoint = `http://${address}`;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, maxAttempts: 1 });
  const stop = async () => {
    process.off("exit", killed);
    client.destroy();
    child.kill("SIGKILL");
    await exited;
    await rm(directory, { recursive: true });
  };
  try {
    await answers(child, client);
    const bucket = "entrepot-test";
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const files = join(directory, "data", bucket);
    return { endpoint, bucket, client, environment, process: child, files, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A store under a prefix of its own. */
export function openS3(
  server: Pick<S3Server, "endpoint" | "bucket">,
  options: Partial<S3BlobStoreOptions> = {},
): Promise<S3BlobStore> {
  const prefix = `${randomBytes(6).toString("hex")}/`;
  const { endpoint, bucket } = server;
  return S3BlobStore.open({ endpoint, bucket, region, prefix, ...options });
}

async function answers(child: ChildProcess, client: S3Client): Promise<void> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  const until = performance.now() + startTimeoutMs;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`the S3 server did not start:\n${output}`);
    try {
      await client.send(new ListBucketsCommand({}));
      return;
    } catch {
      await pause(20); // Not listening yet.
    }
  }
  throw new Error(`the S3 server did not answer in ${startTimeoutMs} ms:\n${output}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
