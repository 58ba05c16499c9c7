import { createServer, get, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { streamLayer } from "./stream-layer.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers with `work`; `outcome` is what became of it. */
async function serving(work: (response: ServerResponse) => Promise<void>) {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const server = createServer((_request, response) => {
    work(response).then(
      () => resolve(undefined),
      (error: unknown) => {
        if (!response.headersSent) response.writeHead(500).end();
        resolve(error);
      },
    );
  });
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return { port: (server.address() as AddressInfo).port, outcome: promise };
}

/** The body, or "cut" when it broke off, before or after the head of the answer. */
function fetchBody(port: number): Promise<{ status: number; body: Buffer | "cut" }> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port }, (incoming) => {
      const pieces: Buffer[] = [];
      const status = incoming.statusCode ?? 0;
      incoming.on("data", (piece: Buffer) => pieces.push(piece));
      incoming.on("end", () => resolve({ status, body: Buffer.concat(pieces) }));
      incoming.on("error", () => resolve({ status, body: "cut" }));
    }).on("error", () => resolve({ status: 0, body: "cut" }));
  });
}

const head = (bytes: number) => ["Content-Length", String(bytes)];

describe("streamLayer", () => {
  it("sends every piece in order, making no more than one ahead of what the client takes", async () => {
    const count = 40;
    const size = 512 * 1024;
    let most = 0;
    async function* counted(response: ServerResponse) {
      for (let index = 0; index < count; index += 1) {
        most = Math.max(most, response.writableLength);
        yield Buffer.alloc(size, index);
      }
    }
    const { port, outcome } = await serving((response) =>
      streamLayer(response, 200, head(count * size), counted(response), count * size),
    );
    const { body } = await fetchBody(port);
    expect(await outcome).toBeUndefined();
    const pieces = Array.from({ length: count }, (_, index) => Buffer.alloc(size, index));
    expect(Buffer.concat(pieces).equals(body as Buffer)).toBe(true);
    const slack = 1024; // The head of the answer waits with the first piece.
    expect(most).toBeLessThanOrEqual(2 * size + slack);
  });

  it("lets a failure before the first byte become an error answer", async () => {
    // biome-ignore lint/correctness/useYield: it fails before it has anything.
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error("damaged");
    }
    const { port } = await serving((response) =>
      streamLayer(response, 200, head(10), broken(), 10),
    );
    expect((await fetchBody(port)).status).toBe(500);
  });

  it.each([
    ["fails half-way", true],
    ["ends early", false],
  ])("I3: aborts the connection when the content %s", async (_what, fails) => {
    async function* cut() {
      yield Buffer.alloc(5);
      if (fails) throw new Error("damaged");
    }
    const { port, outcome } = await serving((response) =>
      streamLayer(response, 200, head(10), cut(), 10),
    );
    expect((await fetchBody(port)).body).toBe("cut");
    expect(await outcome).toBeInstanceOf(Error);
  });

  it("ends the iteration when the client leaves", async () => {
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(1024 * 1024);
      } finally {
        ended = true;
      }
    }
    const { port, outcome } = await serving((response) =>
      streamLayer(response, 200, head(2 ** 40), endless(), 2 ** 40),
    );
    get({ host: "127.0.0.1", port }, (incoming) => incoming.once("data", () => incoming.destroy()));
    expect(await outcome).toBeUndefined();
    expect(ended).toBe(true);
  });
});
