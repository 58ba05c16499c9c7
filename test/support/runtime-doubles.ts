/** Docker and containerd at Unix sockets, as far as `report-in-use` asks them. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttp, type ServerResponse } from "node:http";
import { createServer as createHttp2, type ServerHttp2Stream } from "node:http2";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RuntimeDouble {
  readonly socket: string;
  close(): Promise<void>;
}

async function listening(server: Server, closeConnections: () => void): Promise<RuntimeDouble> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-runtime-"));
  const socket = join(directory, "runtime.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    async close() {
      closeConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

/** Answers paths of Docker's API with these objects, and all others with 404. */
export function dockerDouble(
  answers: Readonly<Record<string, unknown>>,
  answer: (path: string, response: ServerResponse) => void = (path, response) => {
    const known = Object.hasOwn(answers, path);
    const body = known ? answers[path] : { message: "no such thing" };
    response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  },
): Promise<RuntimeDouble> {
  const server = createHttp((request, response) => answer(request.url ?? "", response));
  return listening(server, () => server.closeAllConnections());
}

/** A message of protobuf: fields by number, each a text, a message, a number or several of these. */
export interface Message {
  readonly [field: number]: Value | readonly Value[];
}
type Value = string | number | Message;

export function encoded(message: Message): Buffer {
  const pieces: Buffer[] = [];
  for (const [number, value] of Object.entries(message)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      const isNumber = typeof each === "number";
      pieces.push(varint(Number(number) * 8 + (isNumber ? 0 : 2)));
      if (isNumber) pieces.push(varint(each));
      else {
        const bytes = typeof each === "string" ? Buffer.from(each) : encoded(each as Message);
        pieces.push(varint(bytes.length), bytes);
      }
    }
  }
  return Buffer.concat(pieces);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Buffer.from([...bytes, left]);
}

export function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

export interface ContainerdDouble extends RuntimeDouble {
  /** Path and namespace of each call. */
  readonly calls: string[];
}

/** Answers calls of containerd's API with these messages, in the namespace `k8s.io` alone. */
export async function containerdDouble(
  answers: Readonly<Record<string, Message>>,
  answer: (path: string, stream: ServerHttp2Stream) => void = (path, stream) => {
    const message = answers[path];
    stream.respond(
      { ":status": 200, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => {
      stream.sendTrailers(
        message === undefined
          ? { "grpc-status": "12", "grpc-message": "unknown method" }
          : { "grpc-status": "0" },
      );
    });
    stream.end(message === undefined ? "" : framed(encoded(message)));
  },
): Promise<ContainerdDouble> {
  const calls: string[] = [];
  const server = createHttp2();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {}); // Whoever asks may leave.
  });
  server.on("stream", (stream, headers) => {
    const path = String(headers[":path"]);
    calls.push(`${path} ${String(headers["containerd-namespace"])}`);
    stream.on("error", () => {});
    answer(path, stream);
  });
  const double = await listening(server, () => {
    for (const session of sessions) session.destroy();
  });
  return { ...double, calls };
}
