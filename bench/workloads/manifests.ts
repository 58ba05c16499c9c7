import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import type { Target } from "../peers.ts";
import { manifestType, RegistryClient, smallImage } from "../registry-client.ts";
import type { Workload } from "./workload.ts";

const wrk = "/usr/bin/wrk";
const connections = 32;

const repository = "bench/app";

/** What a node asks first on every pull: the manifest that a tag names. */
export const manifests: Workload<undefined, void> = {
  id: "manifest",
  title: `manifest GET by tag, ${connections} connections`,
  unit: "requests/s",
  missing: missingWrk,
  load: () => undefined,
  prepare: pushTaggedImage,
  run: ({ target, sizes }) => manifestRate(target, { connections, seconds: sizes.seconds }),
};

/** Why no manifests can be asked for, or `undefined`. */
export function missingWrk(): string | undefined {
  return existsSync(wrk) ? undefined : "install it with: apt-get install wrk";
}

/** Pushes the image whose manifest `manifestRate` asks for. */
export async function pushTaggedImage(target: Target): Promise<void> {
  const client = new RegistryClient(target);
  const image = smallImage(1);
  await target.createRepository(repository);
  for (const blob of image.blobs) await client.pushBlob(repository, blob);
  await client.pushManifest(repository, "latest", image.manifest);
  client.close();
}

/** Requests per second that a target answers. */
export async function manifestRate(
  target: Target,
  load: { readonly connections: number; readonly seconds: number },
): Promise<number> {
  const url = `http://${target.host}:${target.port}/v2/${repository}/manifests/latest`;
  const headers = ["-H", `Accept: ${manifestType}`];
  if (target.authorization !== undefined) {
    headers.push("-H", `Authorization: ${target.authorization}`);
  }
  const size = ["-t1", `-c${load.connections}`, `-d${load.seconds}s`];
  const { stdout } = await promisify(execFile)(wrk, [...size, ...headers, url]);
  const failed = /Non-2xx.*|Socket errors.*/.exec(stdout);
  const rate = /Requests\/sec:\s*([\d.]+)/.exec(stdout);
  if (failed !== null || rate === null) throw new Error(`${url}: ${failed?.[0] ?? stdout}`);
  return Number(rate[1]);
}
