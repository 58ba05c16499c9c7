import { getEventListeners, once } from "node:events";
import type { RequestListener } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { egresses, failureOf, get, serve, textOf } from "./egresses.ts";

const MiB = 1024 * 1024;

/** Answers with what it was sent. */
const echo: RequestListener = (request, response) => {
  request.pipe(response);
};
/** Takes everything and says nothing. */
const silence: RequestListener = (request) => {
  request.resume();
};

describe.each(egresses)("Egress $name keeps its contract: it", ({ open }) => {
  it("gives status, headers and body of any answer", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(418, [
        ...["X-One", "1", "x-one", "2", "Set-Cookie", "a=b", "__proto__", "x"],
        ...["Content-Type", "text/plain"],
      ]);
      response.end("short and stout");
    });
    const answer = await open().request(get(`${server.origin}/tea?pot=1#spout`));
    expect(answer.status).toBe(418);
    expect(answer.headers.get("x-one")).toBe("1, 2");
    expect(answer.headers.get("content-type")).toBe("text/plain");
    expect(answer.headers.has("set-cookie")).toBe(false);
    expect(await text(answer.body)).toBe("short and stout");
    expect(server.requests[0]).toMatchObject({ method: "GET", url: "/tea?pot=1" });
  });

  it("sends headers and bytes as they are given, and says how many", async () => {
    const server = await serve(echo);
    const body = Buffer.from("payload");
    const headers = { "X-Signature": "abc", "content-type": "application/json" };
    const request = { method: "POST", url: server.origin, headers, body };
    expect(await textOf(open().request(request))).toBe("payload");
    expect(server.requests[0]?.headers).toMatchObject({
      "x-signature": "abc",
      "content-type": "application/json",
      "content-length": "7",
      "user-agent": "entrepot",
    });
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("streams a body with %s", async (method) => {
    const server = await serve(echo);
    const pieces = async function* () {
      for (let piece = 0; piece < 200; piece += 1) yield Buffer.alloc(10_000, piece);
    };
    const body = Readable.from(pieces());
    const request = { method, url: server.origin, body, maximumBytes: 4 * MiB };
    const { body: echoed } = await open().request(request);
    expect((await buffer(echoed)).length).toBe(2_000_000);
    expect(server.requests[0]?.headers["transfer-encoding"]).toBe("chunked");
  });

  it("streams a body of a length that the caller knows without framing it", async () => {
    const server = await serve(echo);
    const headers = { "Content-Length": "4" };
    const request = { method: "PUT", url: server.origin, headers, body: Readable.from(["four"]) };
    expect(await textOf(open().request(request))).toBe("four");
    expect(server.requests[0]?.headers["transfer-encoding"]).toBeUndefined();
  });

  it("fails with the very error of a body that breaks, and with the connection", async () => {
    const server = await serve(silence);
    const body = new PassThrough();
    body.write("some");
    const request = open().request({ method: "POST", url: server.origin, body });
    body.destroy(new Error("the disk is gone"));
    await expect(request).rejects.toThrow("the disk is gone");
    await expect.poll(() => server.open).toBe(0);
  });

  it("stops sending and reading its body when an answer comes early", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(413, { connection: "close" }).end("too much");
    });
    const body = new Readable({ read: () => undefined });
    body.push("a beginning");
    const answer = open().request({ method: "POST", url: server.origin, body });
    expect(await textOf(answer)).toBe("too much");
    expect(body.destroyed).toBe(true);
    await expect.poll(() => server.open).toBe(0);
  });

  it("stops sending once it has the whole of an answer that did not wait for the body", async () => {
    const server = await serve((_request, response) => response.end("enough"));
    const body = new Readable({ read: () => undefined });
    body.push("a beginning");
    const answer = open().request({ method: "POST", url: server.origin, body });
    expect(await textOf(answer)).toBe("enough");
    await expect.poll(() => body.destroyed).toBe(true);
    await expect.poll(() => server.open).toBe(0);
  });

  it("destroys the stream of a request that is never sent", async () => {
    const server = await serve();
    await server.stop();
    const body = new PassThrough();
    const failure = await failureOf(open().request({ method: "PUT", url: server.origin, body }));
    expect(failure.kind).toBe("Unreachable");
    expect(body.destroyed).toBe(true);
  });

  it("reuses a connection once its answer was read, and only then", async () => {
    const server = await serve();
    const egress = open();
    for (let count = 0; count < 3; count += 1) await textOf(egress.request(get(server.origin)));
    expect(server.connections).toBe(1);
    const unread = await egress.request(get(server.origin));
    unread.body.destroy();
    await textOf(egress.request(get(server.origin)));
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it("asks again when a kept connection turns out to be closed, if that does no harm", async () => {
    let served = 0;
    const server = await serve((request, response) => {
      served += 1;
      // The second request on a connection finds it cut.
      if (served === 2 || served === 5) request.socket.destroy();
      else response.end("here");
    });
    const egress = open();
    expect(await textOf(egress.request(get(server.origin)))).toBe("here");
    expect(await textOf(egress.request(get(server.origin)))).toBe("here");
    expect(served).toBe(3);
    expect(await textOf(egress.request(get(server.origin)))).toBe("here");
    const post = egress.request({ method: "POST", url: server.origin, body: Buffer.from("once") });
    expect((await failureOf(post)).kind).toBe("Unreachable");
    expect(served).toBe(5);
  });

  it("says that nobody is there", async () => {
    const server = await serve();
    await server.stop();
    const failure = await failureOf(open().request(get(server.origin)));
    expect(failure).toMatchObject({ kind: "Unreachable" });
    expect(failure.message).toBe(`the connection to ${server.origin} failed`);
  });

  it("fails a body that ends before its length, whoever reads it", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("half", () => response.destroy());
    });
    const answer = await open().request(get(server.origin));
    expect((await failureOf(text(answer.body))).kind).toBe("Unreachable");
  });

  it("takes a body up to the cap and not a byte more, declared or not", async () => {
    const sizes = new Map([
      ["/fits", 1000],
      ["/over", 1001],
      ["/endless", Number.POSITIVE_INFINITY],
    ]);
    const server = await serve((request, response) => {
      const path = (request.url ?? "").replace("/declared", "");
      const size = sizes.get(path) ?? 0;
      if (request.url?.startsWith("/declared")) response.setHeader("content-length", size);
      const pieces = function* () {
        for (let sent = 0; sent < size; sent += 100) yield Buffer.alloc(Math.min(100, size - sent));
      };
      Readable.from(pieces()).pipe(response);
    });
    const egress = open();
    const read = async (path: string) => {
      const answer = await egress.request(get(`${server.origin}${path}`, { maximumBytes: 1000 }));
      return (await buffer(answer.body)).length;
    };
    expect(await read("/fits")).toBe(1000);
    expect(await read("/declared/fits")).toBe(1000);
    for (const path of ["/over", "/declared/over", "/endless"]) {
      expect((await failureOf(read(path))).kind).toBe("TooLarge");
    }
    await expect.poll(() => server.open).toBeLessThanOrEqual(1); // The one whose answer was whole.
  });

  it("does not take the length of what a HEAD asks about for a body", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": String(9 * MiB) }).end();
    });
    const answer = await open().request({ method: "HEAD", url: server.origin });
    expect(answer.headers.get("content-length")).toBe(String(9 * MiB));
    expect(await text(answer.body)).toBe("");
  });

  it("holds a sender back when its reader is slow, and does not call that silence", async () => {
    let sent = 0;
    const server = await serve((_request, response) => {
      const pieces = async function* () {
        for (; sent < 64 * MiB; sent += MiB) yield Buffer.alloc(MiB);
      };
      Readable.from(pieces()).pipe(response);
    });
    const request = get(server.origin, { maximumBytes: 64 * MiB });
    const { body } = await open({ idleMs: 1_000 }).request(request);
    let received = 0;
    for await (const piece of body) {
      if (received === 0) await pause(2_500);
      expect(sent - received).toBeLessThan(32 * MiB);
      received += piece.length;
    }
    expect(received).toBe(64 * MiB);
  }, 20_000);

  it.each<[string, RequestListener]>([
    [
      "an endless head",
      (_, response) => response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(20_000)}`),
    ],
    ["no HTTP", (_, response) => response.socket?.end("SSH-2.0-OpenSSH_9.9\r\n")],
    [
      "two lengths",
      (_, response) =>
        response.socket?.end("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx"),
    ],
    [
      "a length and chunks",
      (_, response) =>
        response.socket?.end(
          "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
    ],
  ])("refuses %s", async (_what, handle) => {
    const server = await serve(handle);
    expect((await failureOf(open().request(get(server.origin)))).kind).toBe("InvalidAnswer");
    await expect.poll(() => server.open).toBe(0);
  });

  it("refuses to become another protocol", async () => {
    const server = await serve((_, response) => {
      response.socket?.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    });
    expect((await failureOf(open().request(get(server.origin)))).kind).toBe("Unreachable");
  });

  it("never hands the caller's own headers of the connection on", async () => {
    const host = { Host: "other.example" };
    const refused = open().request(get("https://127.0.0.1/", { headers: host }));
    await expect(refused).rejects.toThrow("the header Host is not the caller's");
    const split = { "x-a": "b\r\nHost: other.example" };
    await expect(open().request(get("http://127.0.0.1:1/", { headers: split }))).rejects.toThrow();
  });
});

describe.each(egresses)("Egress $name does not wait for ever: it gives up", ({ open }) => {
  it("a name that is not found in time", async () => {
    const egress = open({ connectMs: 50, resolve: () => new Promise(() => undefined) });
    const failure = await failureOf(egress.request(get("https://slow.example/")));
    expect(failure.message).toBe("https://slow.example was not found in time");
    expect(failure.kind).toBe("TimedOut");
  });

  it("a connection whose handshake does not come", async () => {
    const silent = createServer((socket) => socket.on("error", () => undefined).resume());
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const failure = await failureOf(
      open({ connectMs: 50 }).request(get(`https://127.0.0.1:${port}/`)),
    );
    expect(failure.kind).toBe("TimedOut");
    expect(failure.message).toContain("did not connect in time");
    silent.close();
    await once(silent, "close"); // Once the connection is over, too.
  });

  it("a server that takes a request and stays silent", async () => {
    const server = await serve(silence);
    const failure = await failureOf(open({ idleMs: 50 }).request(get(server.origin)));
    expect(failure).toMatchObject({ kind: "TimedOut" });
    expect(failure.message).toBe(`${server.origin} went silent`);
    await expect.poll(() => server.open).toBe(0);
  });

  it("a body that stops coming", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("half");
    });
    const answer = textOf(open({ idleMs: 50 }).request(get(server.origin)));
    expect((await failureOf(answer)).kind).toBe("TimedOut");
  });

  it("a server that stops taking a body", async () => {
    const server = await serve((request) => request.pause());
    const body = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(64 * 1024);
      })(),
    );
    const request = { method: "POST", url: server.origin, body };
    expect((await failureOf(open({ idleMs: 100 }).request(request))).kind).toBe("TimedOut");
    expect(body.destroyed).toBe(true);
  });

  it("bytes that drip for longer than a request may take", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("."), 10);
      response.on("close", () => clearInterval(drip));
    });
    const answer = textOf(open().request(get(server.origin, { timeoutMs: 150 })));
    expect((await failureOf(answer)).kind).toBe("TimedOut");
    await expect.poll(() => server.open).toBe(0);
  });

  it("an answer that nobody reads", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200);
      response.write("x");
    });
    const answer = await open().request(get(server.origin, { timeoutMs: 1_000 }));
    await new Promise((resolve) => answer.body.once("close", resolve));
    await expect.poll(() => server.open).toBe(0);
  });

  it("nothing while a slow source of a body is what it waits for", async () => {
    const server = await serve(echo);
    const drip = async function* () {
      for (let piece = 0; piece < 3; piece += 1) {
        await pause(800);
        yield ".";
      }
    };
    const request = { method: "POST", url: server.origin, body: Readable.from(drip()) };
    expect(await textOf(open({ idleMs: 500 }).request(request))).toBe("...");
  });

  it("what its caller does not want any more, before, during and after the head", async () => {
    const server = await serve(silence);
    const before = open().request(get(server.origin, { signal: AbortSignal.abort() }));
    expect((await failureOf(before)).kind).toBe("Aborted");
    expect(server.connections).toBe(0);

    const during = new AbortController();
    server.handle = () => during.abort(new Error("the client left"));
    const failure = await failureOf(open().request(get(server.origin, { signal: during.signal })));
    expect(failure.kind).toBe("Aborted");
    expect(String(failure.cause)).toContain("the client left");

    const kept = new AbortController();
    server.handle = (_request, response) => response.end("here");
    await textOf(open().request(get(server.origin, { signal: kept.signal })));
    expect(getEventListeners(kept.signal, "abort")).toEqual([]);

    const after = new AbortController();
    server.handle = (_request, response) => {
      response.writeHead(200);
      response.write("x");
    };
    const answer = await open().request(get(server.origin, { signal: after.signal }));
    after.abort();
    expect((await failureOf(text(answer.body))).kind).toBe("Aborted");
    await expect.poll(() => server.open).toBeLessThanOrEqual(1); // The one that is kept.
  });
});
