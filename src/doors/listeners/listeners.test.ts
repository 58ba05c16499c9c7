import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CertificateAuthority } from "../../../test/support/certificate-authority.ts";
import { limits } from "../../registry/limits.ts";
import { Listeners } from "./listeners.ts";

const clock = { now: () => Date.now() };
let listeners: Listeners;
let port: number;
let answered: string[];

beforeEach(async () => {
  answered = [];
  listeners = new Listeners({
    clock,
    isTrustedProxy: () => false,
    failed: (error) => expect.fail(error.message),
    handler: (request, response) => {
      answered.push(request.url ?? "");
      request.resume().on("end", () => response.end("yes"));
    },
  });
  port = await listeners.listenHttp({ host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  listeners.stopAccepting();
  await listeners.drain(0);
});

const get = "GET / HTTP/1.1\r\nHost: x\r\n";
const post = "POST / HTTP/1.1\r\nHost: x\r\n";
const length = "Content-Length: 5\r\n";
const chunked = "Transfer-Encoding: chunked\r\n";

describe("a listener", () => {
  it.each([
    ["Content-Length with Transfer-Encoding", `${post}${length}${chunked}\r\n0\r\n\r\n`, 400],
    ["Transfer-Encoding with Content-Length", `${post}${chunked}${length}\r\n0\r\n\r\n`, 400],
    ["a line that ends without a carriage return", "GET / HTTP/1.1\nHost: x\n\n", 400],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["two of them", `${get}host: y\r\n\r\n`, 400],
    ["the same one twice", `${get}HOST: x\r\n\r\n`, 400],
    ["a target of another host", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["a target of another port", "GET http://x:1/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["a target of no host", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["more than 100 headers", `${get}${"A: b\r\n".repeat(100)}\r\n`, 431],
    ["more than 16 KiB of headers", `${get}A: ${"b".repeat(17_000)}\r\n\r\n`, 431],
    ["a URL of more than 8 KiB", `GET /${"a".repeat(8192)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
  ])("69: refuses %s and closes the connection", async (_, request, status) => {
    expect(await exchange(request)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answered).toEqual([]);
  });

  it("69: closes a connection that floods chunk extensions", async () => {
    const flood = `${post}${chunked}\r\n1;${"a".repeat(20_000)}\r\nx\r\n0\r\n\r\n`;
    expect(await exchange(flood)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("answers a request whose target names the host as Host does", async () => {
    const request = "GET http://X/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    expect(await exchange(request)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("answers a request of exactly 100 headers", async () => {
    const request = `${get}Connection: close\r\n${"A: b\r\n".repeat(98)}\r\n`;
    expect(await exchange(request)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("refuses the 257th connection from one address, until one of the others ends", async () => {
    const sockets = Array.from({ length: limits.connectionsPerAddress }, () =>
      connect(port, "127.0.0.1"),
    );
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    await ended(connect(port, "127.0.0.1"));
    expect(listeners.connections).toBe(limits.connectionsPerAddress);
    const [first] = sockets;
    first?.end(`${get}Connection: close\r\n\r\n`);
    await ended(first!);
    expect(await exchange(`${get}Connection: close\r\n\r\n`)).toMatch(/ 200 /);
    for (const socket of sockets) socket.destroy();
  });

  it("lets an answer be finished after it stopped accepting, then closes its connection", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(`${post}Content-Length: 2\r\n\r\na`);
    await until(() => answered.length === 1);
    listeners.stopAccepting();
    const drained = listeners.drain(10_000);
    socket.write("b");
    expect(await ended(socket)).toMatch(/ 200 /);
    await drained;
    expect(listeners.connections).toBe(0);
  });

  it("cuts what has not ended in time", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(`${post}Content-Length: 2\r\n\r\na`);
    await until(() => answered.length === 1);
    listeners.stopAccepting();
    await listeners.drain(0);
    expect(await ended(socket)).toBe("");
  });
});

describe("a listener of TLS", () => {
  let tlsPort: number;
  let authority: CertificateAuthority;
  beforeEach(async () => {
    authority = CertificateAuthority.root();
    const certificate = authority.issue(["127.0.0.1"]);
    tlsPort = await listeners.listenHttps({ host: "127.0.0.1", port: 0 }, certificate);
  });

  it.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])(
    "tells a client that speaks plain HTTP what is wrong, asked by %s",
    async (method) => {
      const answer = await exchange(`${method} / HTTP/1.1\r\nHost: x\r\n\r\n`, tlsPort);
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer).toMatch(/\r\n\r\nClient sent an HTTP request to an HTTPS server\.\n$/);
      expect(answered).toEqual([]);
      await until(() => listeners.connections === 0);
    },
  );

  it("says nothing to what speaks neither, and goes on with who speaks TLS", async () => {
    expect(await exchange("\x00\x01\x02".repeat(100), tlsPort)).not.toMatch(/HTTP/);
    const options = { host: "127.0.0.1", port: tlsPort, ca: authority.certificate };
    const socket = connectTls(options);
    socket.write(`${get}Connection: close\r\n\r\n`);
    expect(await ended(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

function exchange(request: string, to = port): Promise<string> {
  const socket = connect(to, "127.0.0.1");
  socket.write(request);
  return ended(socket);
}

function ended(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      text += piece;
    });
    socket.on("error", () => {}); // A reset is one way of being refused.
    socket.on("close", () => resolve(text));
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
