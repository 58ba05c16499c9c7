import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { OciClient } from "../support/oci-client.ts";
import { requireProgram } from "./programs.ts";

/** Debian's docker-registry, as a registry beside Entrepot. */
export interface OtherRegistry {
  readonly url: string;
  readonly storage: string;
  readonly process: ChildProcess;
}

/** @param scratch a directory for its files */
export async function startDockerRegistry(scratch: string): Promise<OtherRegistry> {
  const storage = join(scratch, "storage");
  const settings = join(scratch, "config.yml");
  const port = await freePort();
  const text = [
    "version: 0.1",
    "log: {level: error}",
    `storage: {filesystem: {rootdirectory: ${storage}}}`,
    `http: {addr: "127.0.0.1:${port}"}`,
  ];
  writeFileSync(settings, text.join("\n"));
  const program = requireProgram("dockerRegistry");
  const process = spawn(program, ["serve", settings], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const status = () =>
    new OciClient(url).get("/v2/").then(
      (answer) => answer.status,
      () => 0,
    );
  const started = { url, storage, process };
  try {
    await vi.waitFor(async () => expect(await status()).toBe(200), { timeout: 20_000 });
  } catch (error) {
    process.kill();
    throw error;
  }
  return started;
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
