import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bodyBytes: number;
  /** The body while it is small, for messages and checks. */
  readonly text: string;
}

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | { pieces: Iterable<Uint8Array>; sizeBytes: number };
  /** Sees each piece of the body; it is gone after the call. */
  readonly onBody?: (piece: Uint8Array) => void;
}

const keptBytes = 64 * 1024;

/**
 * One HTTP/1.1 connection that costs the client as little CPU as can be: bytes are read into one
 * buffer and counted. Node's own client takes about three times as much, curl about as much as this and
 * a process start for each request; on a small machine the client's share is the server's loss.
 * Knows only what a registry answers: Content-Length, chunks for small bodies, no redirects.
 */
export class Connection {
  readonly #host: string;
  readonly #port: number;
  readonly #authorization: string | undefined;
  readonly #buffer = Buffer.allocUnsafeSlow(256 * 1024);
  #socket: Socket | undefined;
  #reading: Reading | undefined;

  constructor(target: { host: string; port: number; authorization?: string | undefined }) {
    this.#host = target.host;
    this.#port = target.port;
    this.#authorization = target.authorization;
  }

  async request(method: string, path: string, request: Request = {}): Promise<Answer> {
    const socket = await this.#open();
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#reading = new Reading(method, request.onBody, resolve, reject);
    });
    let sent = false;
    const sending = this.#send(socket, method, path, request).then(() => {
      sent = true;
    });
    await Promise.race([sending, answer]); // A refusal may come before the body has gone.
    const done = await answer;
    if (!sent || done.headers.get("connection")?.toLowerCase() === "close") this.close();
    return done;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #open(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: this.#buffer,
        callback: (length) => {
          this.#reading?.take(this.#buffer.subarray(0, length));
          return true;
        },
      },
    });
    const lost = (error?: Error) => {
      socket.destroy();
      this.#reading?.fail(error ?? new Error("the server closed the connection"));
    };
    socket.on("error", lost).on("end", lost);
    await once(socket, "connect");
    this.#socket = socket;
    return socket;
  }

  async #send(socket: Socket, method: string, path: string, request: Request): Promise<void> {
    const { body } = request;
    const sizeBytes = body === undefined ? 0 : "pieces" in body ? body.sizeBytes : body.length;
    const headers: Record<string, string> = { Host: `${this.#host}:${this.#port}` };
    if (this.#authorization !== undefined) headers.Authorization = this.#authorization;
    if (method !== "GET" && method !== "HEAD") headers["Content-Length"] = String(sizeBytes);
    Object.assign(headers, request.headers);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.cork();
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
    if (body !== undefined && !("pieces" in body)) socket.write(body);
    socket.uncork();
    if (body === undefined || !("pieces" in body)) return;
    for (const piece of body.pieces) {
      if (!socket.write(piece)) await once(socket, "drain");
    }
  }
}

/** One answer as it comes in. */
class Reading {
  readonly #method: string;
  readonly #onBody: ((piece: Uint8Array) => void) | undefined;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;
  #head = "";
  #status = 0;
  #headers: Map<string, string> | undefined;
  #expected = 0;
  #chunked = false;
  #bytes = 0;
  #text = "";
  #done = false;

  constructor(
    method: string,
    onBody: ((piece: Uint8Array) => void) | undefined,
    resolve: (answer: Answer) => void,
    reject: (error: Error) => void,
  ) {
    this.#method = method;
    this.#onBody = onBody;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  fail(error: Error): void {
    if (!this.#done) this.#reject(error);
    this.#done = true;
  }

  take(piece: Buffer): void {
    if (this.#done) return;
    let body = piece;
    if (this.#headers === undefined) {
      const before = this.#head.length;
      this.#head += piece.toString("latin1");
      const end = this.#head.indexOf("\r\n\r\n");
      if (end === -1) return;
      this.#parseHead(this.#head.slice(0, end));
      body = piece.subarray(end + 4 - before);
      if (this.#status === 100) {
        this.#head = "";
        this.#headers = undefined;
        if (body.length > 0) this.take(body);
        return;
      }
    }
    this.#bytes += body.length;
    if (this.#text.length < keptBytes) {
      this.#text += body.toString("utf8", 0, keptBytes - this.#text.length);
    }
    if (body.length > 0) this.#onBody?.(body);
    const ended = this.#chunked ? this.#text.endsWith("0\r\n\r\n") : this.#bytes >= this.#expected;
    if (ended) this.#finish();
  }

  #parseHead(head: string): void {
    const [first = "", ...lines] = head.split("\r\n");
    this.#status = Number(first.split(" ")[1]);
    this.#headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const empty = this.#method === "HEAD" || this.#status === 204 || this.#status === 304;
    this.#chunked = !empty && this.#headers.get("transfer-encoding") === "chunked";
    this.#expected = empty ? 0 : Number(this.#headers.get("content-length") ?? 0);
  }

  #finish(): void {
    this.#done = true;
    this.#resolve({
      status: this.#status,
      headers: this.#headers ?? new Map(),
      bodyBytes: this.#bytes,
      text: this.#text,
    });
  }
}
