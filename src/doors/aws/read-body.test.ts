import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { BodyCut, type BodyLimits, HeldBodies, readBody } from "./read-body.ts";

const servers: ReturnType<typeof createServer>[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

/** Sends raw bytes to a server and resolves with what `readBody` made of them. */
async function reading(
  head: string,
  body: readonly string[],
  held: HeldBodies,
  bounds: BodyLimits,
) {
  const result = Promise.withResolvers<unknown>();
  const arrived = Promise.withResolvers<void>();
  const server = createServer((request: IncomingMessage, response) => {
    arrived.resolve();
    readBody(request, held, bounds)
      .then(result.resolve, result.resolve)
      .finally(() => response.end());
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => socket.destroy()); // The server may cut: that is what is tested.
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
  for (const piece of body) socket.write(piece);
  return { result: result.promise, arrived: arrived.promise, socket };
}

const bounds = { limitBytes: 1000 };

test("collects and hashes a body", async () => {
  const held = new HeldBodies();
  const { result } = await reading("Content-Length: 10", ["01234", "56789"], held, bounds);
  const sha256 = createHash("sha256").update("0123456789").digest("hex");
  expect(await result).toEqual({ bytes: Buffer.from("0123456789"), sha256 });
  expect(held.heldBytes).toBe(10);
});

test("refuses a body over the limit by its stated length, before a byte of it came", async () => {
  const held = new HeldBodies();
  const { result } = await reading("Content-Length: 1001", [], held, bounds);
  expect(await result).toMatchObject({ kind: "RequestEntityTooLarge" });
});

test("refuses a chunked body once it passes the limit, and holds none of it", async () => {
  const held = new HeldBodies();
  const chunk = `1f4\r\n${"x".repeat(500)}\r\n`;
  const head = "Transfer-Encoding: chunked";
  const { result } = await reading(head, [chunk, chunk, chunk], held, bounds);
  expect(await result).toMatchObject({ kind: "RequestEntityTooLarge" });
  expect(held.heldBytes).toBe(0);
});

test("refuses what all bodies together have no room for", async () => {
  const held = new HeldBodies(15);
  held.hold(10);
  const { result } = await reading("Content-Length: 10", ["0123456789"], held, bounds);
  expect(await result).toMatchObject({ kind: "ServiceUnavailable" });
  expect(held.heldBytes).toBe(10);
});

test("62: cuts the connection of a body that comes too slowly", async () => {
  const held = new HeldBodies();
  const slow = { limitBytes: 1000, bytesPerSecond: 1000, rateWindowMs: 50 };
  const { result, socket } = await reading("Content-Length: 900", ["a"], held, slow);
  const closed = once(socket, "close");
  expect(await result).toBeInstanceOf(BodyCut);
  await closed;
  expect(held.heldBytes).toBe(0);
});

test("gives up on a peer that went away", async () => {
  const held = new HeldBodies();
  const { result, arrived, socket } = await reading("Content-Length: 900", ["a"], held, bounds);
  await arrived;
  socket.destroy();
  expect(await result).toBeInstanceOf(BodyCut);
  expect(held.heldBytes).toBe(0);
});
