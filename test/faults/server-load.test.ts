/** What one client does must not take memory or time from the others (D9). */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import { someBytes } from "../support/store.ts";
import { type Served, ServedStore } from "./served-store.ts";

const MiB = 1024 * 1024;

let store: ServedStore;

beforeEach(async () => {
  store = await ServedStore.make();
});

afterEach(() => store.remove());

// The numbers come from /proc, and the second address that the clients use is there on Linux alone.
describe.runIf(process.platform === "linux")("a server under load", () => {
  it("61: takes 256 MiB and serves 50 slow pulls of it in bounded memory", async () => {
    const served = await store.serve(["app"]);
    const idleBytes = await memoryOf(served, "VmRSS");
    const layer = new GeneratedLayer(256);
    await pushStream(served, layer);
    const pulls = await Promise.all(
      // Each at another place, so that they cannot share what they wait for.
      Array.from({ length: 50 }, (_, index) => SlowPull.begin(served, layer, index * 4 * MiB)),
    );
    try {
      await Promise.all(pulls.map((slow) => slow.readSlowly()));
      expect(await memoryOf(served, "VmHWM")).toBeLessThan(idleBytes + 600 * MiB);
      expect(await quickAnswerMs(served)).toBeLessThan(1_000);
    } finally {
      for (const slow of pulls) slow.leave();
    }
    expect(await pulledDigest(served, layer)).toBe(layer.digest);
    expect(await memoryOf(served, "VmHWM")).toBeLessThan(idleBytes + 600 * MiB);
    expect(await served.server.stop()).toBe(0);
  }, 120_000);

  it("62: answers others within a second while 300 sockets idle, and cuts those", async () => {
    const served = await store.serve();
    const sockets = await Promise.all(
      Array.from({ length: 300 }, (_, index) => idleSocket(served, index)),
    );
    const cut = Promise.all(sockets.map(({ closed }) => closed));
    try {
      for (let round = 0; round < 5; round++) {
        expect(await quickAnswerMs(served)).toBeLessThan(1_000);
      }
      expect(sockets.filter(({ socket }) => socket.closed)).toHaveLength(0);
      const startedAt = Date.now();
      await cut;
      expect(Date.now() - startedAt).toBeLessThan(limits.headersTimeoutMs + 5_000);
      expect(await quickAnswerMs(served)).toBeLessThan(1_000);
    } finally {
      for (const { socket } of sockets) socket.destroy();
    }
  }, 60_000);
});

/** From `/proc`: memory that is resident now (VmRSS), or the most that ever was (VmHWM). */
async function memoryOf({ server }: Served, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${server.process.pid}/status`, "utf8");
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`no ${field} in:\n${status}`);
  return Number(kibibytes) * 1024;
}

async function quickAnswerMs({ server, authorization }: Served): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${server.origin}/v2/`, { headers: { authorization } });
  await answer.arrayBuffer();
  expect(answer.status).toBe(200);
  return performance.now() - startedAt;
}

/** Blocks of 1 MiB that all differ and never are in memory together. */
class GeneratedLayer {
  readonly sizeBytes: number;
  readonly digest: string;
  readonly #seed = someBytes(MiB);
  readonly #blocks: number;

  constructor(blocks: number) {
    this.#blocks = blocks;
    this.sizeBytes = blocks * MiB;
    const hash = createHash("sha256");
    for (const block of this.blocks()) hash.update(block);
    this.digest = `sha256:${hash.digest("hex")}`;
  }

  *blocks(): Generator<Buffer> {
    for (let index = 0; index < this.#blocks; index++) yield this.#block(index);
  }

  /** The bytes from `start` on, up to the end of their block. */
  from(start: number): Buffer {
    return this.#block(Math.floor(start / MiB)).subarray(start % MiB);
  }

  #block(index: number): Buffer {
    const block = Buffer.from(this.#seed);
    block.writeUInt32LE(index);
    return block;
  }
}

async function pushStream({ client, authorization }: Served, layer: GeneratedLayer): Promise<void> {
  const url = await client.startUpload("app");
  const outgoing = httpRequest(`${url}?digest=${layer.digest}`, {
    method: "PUT",
    agent: false,
    headers: { authorization, "content-length": layer.sizeBytes },
  });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(layer.blocks()), outgoing);
  const [response] = await answered;
  response.resume();
  expect(response.statusCode).toBe(201);
}

function getBlob(
  { server, authorization }: Served,
  layer: GeneratedLayer,
  headers: Record<string, string> = {},
): ClientRequest {
  return httpRequest(`${server.origin}/v2/app/blobs/${layer.digest}`, {
    agent: false,
    headers: { authorization, ...headers },
  }).end();
}

async function pulledDigest(served: Served, layer: GeneratedLayer): Promise<string> {
  const [response] = (await once(getBlob(served, layer), "response")) as [IncomingMessage];
  const hash = createHash("sha256");
  for await (const piece of response) hash.update(piece as Buffer);
  return `sha256:${hash.digest("hex")}`;
}

/** A client on a thin line: it reads a little, waits, and reads a little more. */
class SlowPull {
  readonly #layer: GeneratedLayer;
  readonly #response: IncomingMessage;
  #position: number;

  private constructor(layer: GeneratedLayer, response: IncomingMessage, start: number) {
    this.#layer = layer;
    this.#response = response;
    this.#position = start;
  }

  static async begin(served: Served, layer: GeneratedLayer, start: number): Promise<SlowPull> {
    const outgoing = getBlob(served, layer, { range: `bytes=${start}-` });
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(206);
    response.on("error", () => undefined); // It leaves before the end.
    return new SlowPull(layer, response, start);
  }

  async readSlowly(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      let piece = this.#response.read() as Buffer | null;
      while (piece === null) {
        await once(this.#response, "readable");
        piece = this.#response.read() as Buffer | null;
      }
      const right = this.#layer.from(this.#position).subarray(0, piece.length);
      expect(piece.subarray(0, right.length).equals(right)).toBe(true);
      this.#position += piece.length;
      await delay(100);
    }
  }

  leave(): void {
    this.#response.destroy();
  }
}

interface IdleSocket {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
}

/** Says nothing, or no more than half a head. From two addresses, as one may not have so many. */
async function idleSocket({ server }: Served, index: number): Promise<IdleSocket> {
  const { hostname, port } = new URL(server.origin);
  const localAddress = index % 2 === 0 ? "127.0.0.2" : "127.0.0.3";
  const socket = connect({ host: hostname, port: Number(port), localAddress });
  socket.on("error", () => undefined); // A reset is one way of being cut.
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  if (index % 3 === 0) socket.write("GET /v2/ HTTP/1.1\r\nHost: x\r\n");
  socket.resume();
  return { socket, closed };
}
