import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  ClientGone,
  HeldBytes,
  hasBody,
  lingerOverBody,
  requestBody,
  withWholeBody,
} from "./request-body.ts";

const patient = { bytesPerSecond: 1, windowMs: 60_000 };
const servers: Server[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that does `work` with each request and answers with what it says. */
async function serving(work: (request: IncomingMessage) => Promise<string>): Promise<number> {
  const server = createServer((request, response) => {
    work(request).then(
      (text) => response.end(text),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends the pieces; leaves the request open when `end` is false. */
function send(port: number, pieces: readonly Uint8Array[], headers = {}, end = true) {
  const outgoing = httpRequest({ host: "127.0.0.1", port, method: "PUT", headers });
  const answered = new Promise<string>((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      incoming.on("end", () => resolve(text));
    });
  });
  answered.catch(() => undefined); // A test that cuts the connection does not wait for an answer.
  outgoing.flushHeaders();
  for (const piece of pieces) outgoing.write(piece);
  if (end) outgoing.end();
  return { outgoing, answered };
}

describe("requestBody", () => {
  it("gives every byte in order, however slow the reader is", async () => {
    const sent = Buffer.alloc(8 * 1024 * 1024);
    for (let index = 0; index < sent.length; index += 4) sent.writeUInt32LE(index, index);
    const port = await serving(async (request) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of requestBody(request, patient)) {
        pieces.push(Buffer.from(piece));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return String(Buffer.concat(pieces).equals(sent));
    });
    expect(await send(port, [sent]).answered).toBe("true");
  });

  it("fails with ClientGone when the client leaves half-way, after what came", async () => {
    let received = 0;
    let client: ReturnType<typeof send> | undefined;
    const failure = Promise.withResolvers<unknown>();
    const port = await serving(async (request) => {
      try {
        for await (const piece of requestBody(request, patient)) {
          received += piece.length;
          client?.outgoing.destroy();
        }
      } catch (error) {
        failure.resolve(error);
      }
      return "";
    });
    client = send(port, [Buffer.alloc(100)], { "content-length": "1000" }, false);
    expect(await failure.promise).toBeInstanceOf(ClientGone);
    expect(received).toBe(100);
  });

  it("fails with ClientGone when the client left before reading began", async () => {
    let client: ReturnType<typeof send> | undefined;
    const left = Promise.withResolvers<IncomingMessage>();
    const port = await serving((request) => {
      request.once("close", () => left.resolve(request));
      request.on("error", () => undefined);
      client?.outgoing.destroy();
      return new Promise(() => undefined);
    });
    client = send(port, [], { "content-length": "1000" }, false);
    await expect(requestBody(await left.promise, patient).next()).rejects.toThrow(ClientGone);
  });

  it("62: cuts a body that trickles in", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const failure = Promise.withResolvers<unknown>();
    const port = await serving(async (request) => {
      const body = requestBody(request, { bytesPerSecond: 1000, windowMs: 1000 });
      await body.next();
      const more = body.next();
      vi.advanceTimersByTime(1000);
      await more.catch(failure.resolve);
      return "";
    });
    send(port, [Buffer.alloc(999)], { "content-length": "2000" }, false);
    expect(await failure.promise).toBeInstanceOf(ClientGone);
  });

  it("does not cut a client that the reader keeps waiting", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const port = await serving(async (request) => {
      const body = requestBody(request, { bytesPerSecond: 1e9, windowMs: 1000 });
      const first = await body.next();
      let bytes = (first.value as Uint8Array).length;
      vi.advanceTimersByTime(5000); // Windows go by with nothing asked for.
      for await (const piece of body) bytes += piece.length;
      return String(bytes);
    });
    expect(await send(port, [Buffer.alloc(6_000_000)]).answered).toBe("6000000");
  });
});

describe("withWholeBody", () => {
  const whole = async (request: IncomingMessage, held = new HeldBytes()) => {
    const text = await withWholeBody(request, patient, 10, held, async (body) => body.toString());
    return `got ${text}`;
  };

  it("gives a body up to the limit", async () => {
    const port = await serving((request) => whole(request));
    expect(await send(port, [Buffer.from("0123456789")]).answered).toBe("got 0123456789");
  });

  it.each([
    ["said", { "content-length": "11" }],
    ["unsaid", { "transfer-encoding": "chunked" }],
  ])("refuses one byte more, its length being %s", async (_how, headers) => {
    const port = await serving(async (request) => {
      const refused = await whole(request).catch((error: Error) => error.message);
      lingerOverBody(request, patient);
      return refused;
    });
    const answer = await send(port, [Buffer.alloc(11)], headers).answered;
    expect(answer).toContain("larger than the maximum allowed size which is '10' bytes");
  });

  it("refuses what would exceed the memory for all bodies, and gives back what it held", async () => {
    const held = new HeldBytes(15);
    held.hold(10);
    const port = await serving((request) => whole(request, held));
    const refused = await send(port, [Buffer.alloc(8)]).answered;
    expect(refused).toBe("Too many requests are in progress");
    held.release(10);
    expect(await send(port, [Buffer.from("12345678")]).answered).toBe("got 12345678");
    held.hold(15);
  });
});

describe("hasBody", () => {
  it.each([
    [{}, false],
    [{ "content-length": "0" }, false],
    [{ "content-length": "1" }, true],
    [{ "transfer-encoding": "chunked" }, true],
  ])("tells it from %o", (headers, expected) => {
    expect(hasBody({ headers } as unknown as IncomingMessage)).toBe(expected);
  });
});
