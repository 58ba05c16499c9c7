import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { manifestType, RegistryClient, smallImage } from "../registry-client.ts";
import type { Workload } from "./workload.ts";

const wrk = "/usr/bin/wrk";
const connections = 32;

/** What a node asks first on every pull: the manifest that a tag names. */
export const manifests: Workload<undefined, void> = {
  id: "manifest",
  title: `manifest GET by tag, ${connections} connections`,
  unit: "requests/s",
  missing: () => (existsSync(wrk) ? undefined : "install it with: apt-get install wrk"),
  load: () => undefined,
  async prepare(target) {
    const client = new RegistryClient(target);
    const image = smallImage(1);
    await target.createRepository("bench/app");
    for (const blob of image.blobs) await client.pushBlob("bench/app", blob);
    await client.pushManifest("bench/app", "latest", image.manifest);
    client.close();
  },
  async run({ target, sizes }) {
    const url = `http://${target.host}:${target.port}/v2/bench/app/manifests/latest`;
    const headers = ["-H", `Accept: ${manifestType}`];
    if (target.authorization !== undefined) {
      headers.push("-H", `Authorization: ${target.authorization}`);
    }
    const load = ["-t1", `-c${connections}`, `-d${sizes.seconds}s`];
    const { stdout } = await promisify(execFile)(wrk, [...load, ...headers, url]);
    const failed = /Non-2xx.*|Socket errors.*/.exec(stdout);
    const rate = /Requests\/sec:\s*([\d.]+)/.exec(stdout);
    if (failed !== null || rate === null) throw new Error(`${url}: ${failed?.[0] ?? stdout}`);
    return Number(rate[1]);
  },
};
