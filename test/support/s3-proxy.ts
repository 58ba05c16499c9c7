import { once } from "node:events";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";

export type S3Operation =
  | "AbortMultipartUpload"
  | "CompleteMultipartUpload"
  | "CopyObject"
  | "CreateMultipartUpload"
  | "DeleteObject"
  | "GetObject"
  | "HeadObject"
  | "ListMultipartUploads"
  | "ListObjectsV2"
  | "PutObject"
  | "UploadPart"
  | "UploadPartCopy";

export interface S3Request {
  readonly operation: S3Operation;
  readonly path: string;
  /** 1 for the first request, whatever it was; a repetition by the SDK has the number of the first. */
  readonly number: number;
  /** 1 for the first try of it. */
  readonly attempt: number;
  readonly headers: IncomingMessage["headers"];
}

/** What becomes of a request. */
export type S3Fault =
  /** An error of the store, which has done nothing. */
  | { readonly kind: "answer"; readonly status: number; readonly code: string }
  /** 200, and an error in the body; nothing is done. `after` comes behind it. */
  | { readonly kind: "error in a 200"; readonly after?: string }
  /** The connection ends and nothing is done. */
  | { readonly kind: "cut" }
  /** It is done, and the connection ends without an answer. */
  | { readonly kind: "lost answer" }
  /** Nothing is done and no answer comes. */
  | { readonly kind: "silence" }
  /** The body ends, or goes silent, after so many bytes. */
  | { readonly kind: "half a body"; readonly bytes: number; readonly silent?: boolean };

/**
 * Stands before a real S3 server and lets requests fail. Signatures cover the host's name: clients
 * sign for the proxy's, which the server gets to see.
 */
export class S3Proxy {
  readonly endpoint: string;
  /** All requests since `plan` was called. */
  requests: S3Request[] = [];
  /** Answers that are under way. */
  openAnswers = 0;
  readonly #server: Server;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  #fault: (request: S3Request) => S3Fault | undefined = () => undefined;
  #numbers = new Map<string, number>();

  /** Use `start`. */
  private constructor(server: Server, target: string) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port is free");
    this.endpoint = `http://127.0.0.1:${address.port}`;
    this.#server = server;
    this.#target = new URL(target);
    server.on("request", (incoming, outgoing) => this.#handle(incoming, outgoing));
  }

  static async start(target: string): Promise<S3Proxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new S3Proxy(server, target);
  }

  /** From here on requests fail as this says, and are counted anew. */
  plan(fault: (request: S3Request) => S3Fault | undefined = () => undefined): void {
    this.#fault = fault;
    this.#numbers = new Map();
    this.requests = [];
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const request = this.#describe(incoming);
    this.requests.push(request);
    this.openAnswers += 1;
    outgoing.on("close", () => {
      this.openAnswers -= 1;
    });
    const fault = this.#fault(request);
    outgoing.on("error", () => undefined); // The client is gone.
    incoming.on("error", () => undefined);
    if (fault === undefined || fault.kind === "lost answer" || fault.kind === "half a body") {
      this.#forward(incoming, outgoing, fault);
      return;
    }
    incoming.resume();
    if (fault.kind === "cut") incoming.socket.destroy();
    if (fault.kind === "silence" || fault.kind === "cut") return;
    const status = fault.kind === "answer" ? fault.status : 200;
    const code = fault.kind === "answer" ? fault.code : "InternalError";
    const after = fault.kind === "answer" ? "" : (fault.after ?? "");
    incoming.on("end", () => {
      outgoing.writeHead(status, { "content-type": "application/xml" });
      const error = `<Error><Code>${code}</Code><Message>as planned</Message></Error>`;
      outgoing.end(
        incoming.method === "HEAD"
          ? undefined
          : `<?xml version="1.0" encoding="UTF-8"?>\n${error}${after}`,
      );
    });
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse, fault: S3Fault | undefined): void {
    const { hostname, port } = this.#target;
    const { method, headers, url: path } = incoming;
    const forwarded = httpRequest(
      { hostname, port, method, path, headers, agent: this.#agent },
      (answer) => {
        if (fault?.kind === "lost answer") {
          answer.resume();
          answer.on("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode!, answer.headers);
        if (fault?.kind === "half a body") sendHalf(answer, outgoing, fault);
        else answer.pipe(outgoing);
      },
    );
    forwarded.on("error", () => incoming.socket.destroy());
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) forwarded.destroy();
    });
    incoming.pipe(forwarded);
  }

  #describe(incoming: IncomingMessage): S3Request {
    const { headers } = incoming;
    const { pathname: path } = new URL(incoming.url!, this.endpoint);
    const invocation = String(headers["amz-sdk-invocation-id"]);
    const number = this.#numbers.get(invocation) ?? this.#numbers.size + 1;
    this.#numbers.set(invocation, number);
    const attempt = Number(/attempt=(\d+)/.exec(String(headers["amz-sdk-request"]))?.[1] ?? 1);
    return { operation: operationOf(incoming), path, number, attempt, headers };
  }
}

function sendHalf(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  { bytes, silent = false }: S3Fault & { kind: "half a body" },
): void {
  let left = bytes;
  const end = () => {
    if (left <= 0 && !silent) outgoing.destroy();
  };
  outgoing.flushHeaders();
  answer.on("data", (piece: Buffer) => {
    outgoing.write(piece.subarray(0, Math.max(0, left)), end);
    left -= piece.length;
  });
}

function operationOf({ method, url, headers }: IncomingMessage): S3Operation {
  const { searchParams: query } = new URL(url!, "http://store");
  const isPart = query.has("uploadId");
  switch (method) {
    case "PUT":
      if (!isPart) return "x-amz-copy-source" in headers ? "CopyObject" : "PutObject";
      return "x-amz-copy-source" in headers ? "UploadPartCopy" : "UploadPart";
    case "POST":
      return isPart ? "CompleteMultipartUpload" : "CreateMultipartUpload";
    case "DELETE":
      return isPart ? "AbortMultipartUpload" : "DeleteObject";
    case "HEAD":
      return "HeadObject";
    default:
      if (query.has("uploads")) return "ListMultipartUploads";
      return query.has("list-type") ? "ListObjectsV2" : "GetObject";
  }
}
