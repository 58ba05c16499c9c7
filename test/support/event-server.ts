/** The doors of AWS and of events over real adapters, and a reader of server-sent events. */
import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import fastify, { type FastifyInstance } from "fastify";
import { IdentityCredentials } from "../../src/adapters/credentials/identity.ts";
import { signedGets } from "../../src/doors/aws/signed-get.ts";
import { jsonError } from "../../src/doors/aws/wire.ts";
import { eventsDoor } from "../../src/doors/events/events-door.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { RegistryEvent } from "../../src/registry/events/event.ts";
import { addEvent } from "../../src/registry/events/new-event.ts";
import { routeWaiting } from "../../src/registry/events/route-waiting.ts";
import { FailedLogins } from "../../src/registry/identity/failed-logins.ts";
import { Sha256 } from "../../src/registry/sha256.ts";
import type { SdkCredentials } from "./aws-server.ts";
import { account, deployment } from "./ecr.ts";
import { testOrganization } from "./organization.ts";
import { type TestPorts, testPorts } from "./ports.ts";
import { addAccounts } from "./sessions.ts";

export const rootKey = { accessKeyId: "AKIAENTREPOTROOT0000", secretAccessKey: "a-secret-of-root" };
export const registry = { account, region: deployment.region };

export interface StreamedEvent {
  readonly id: number;
  readonly event: { readonly id: string; readonly detail: Record<string, unknown> };
}

export class EventServer {
  readonly opened: TestPorts;
  readonly stopping = new AbortController();
  readonly #fastify: FastifyInstance;
  origin = "";

  constructor(opened: TestPorts) {
    this.opened = opened;
    const { ports } = opened;
    this.#fastify = fastify({ genReqId: () => randomUUID(), forceCloseConnections: true });
    void this.#fastify.register(
      eventsDoor({
        ...{ ports, stopping: this.stopping.signal, refusal: jsonError },
        observer: { performed: () => undefined },
        login: signedGets({
          ...{ ports, deployment, failedLogins: new FailedLogins(ports.clock) },
          credentials: new IdentityCredentials(ports, testOrganization, rootKey),
        }),
      }),
    );
  }

  get ports(): Ports {
    return this.opened.ports;
  }

  async listen(): Promise<void> {
    this.origin = await this.#fastify.listen({ host: "127.0.0.1", port: 0 });
  }

  /** Has it happen, and be routed. */
  async happen(...events: Pick<RegistryEvent, "detailType" | "detail">[]): Promise<void> {
    await this.ports.metadata.transaction(async (change) => {
      for (const event of events) {
        await addEvent(change, registry, { source: "entrepot", at: 1_700_000_000_000, ...event });
      }
    });
    while ((await routeWaiting(this.ports, async () => undefined)).outcome === "more");
  }

  async get(
    query: Record<string, string> = {},
    options: {
      readonly key?: SdkCredentials;
      readonly lastEventId?: number;
      readonly presigned?: boolean;
    } = {},
  ): Promise<Reader> {
    const { key = rootKey, lastEventId, presigned = false } = options;
    const { host, hostname } = new URL(this.origin);
    const signer = new SignatureV4({
      ...{ service: "entrepot", region: deployment.region, credentials: key, sha256: Sha256 },
    });
    const request = new HttpRequest({
      ...{ method: "GET", protocol: "http:", hostname, path: "/events", query },
      headers: { host },
    });
    const at = { signingDate: new Date(this.opened.clock.now()) };
    const signed = presigned
      ? await signer.presign(request, { ...at, expiresIn: 60 })
      : await signer.sign(request, at);
    const headers = {
      ...signed.headers,
      ...(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) }),
    };
    return Reader.open(`${this.origin}/events?${queryOf(signed.query ?? {})}`, headers);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.#fastify.close();
    await this.opened.close();
  }
}

function queryOf(query: NonNullable<HttpRequest["query"]>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join("&");
}

export async function startEventServer(): Promise<EventServer> {
  const opened = await testPorts();
  opened.clock.set(Date.now());
  await addAccounts(opened.ports, account);
  const server = new EventServer(opened);
  await server.listen();
  return server;
}

/** Reads one answer as it comes. */
export class Reader {
  readonly response: IncomingMessage;
  #text = "";

  private constructor(response: IncomingMessage) {
    this.response = response;
  }

  static open(url: string, headers: Record<string, string>): Promise<Reader> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(url, { headers, agent: false }, (response) => {
        response.setEncoding("utf8");
        resolve(new Reader(response));
      });
      sent.on("error", reject).end();
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  /** All of an answer that ends. */
  async text(): Promise<string> {
    for await (const piece of this.response) this.#text += piece;
    return this.#text;
  }

  /** The next frame; `undefined` at the end. */
  async frame(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const frame = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return frame;
      }
      const piece = await this.#piece();
      if (piece === undefined) return undefined;
      this.#text += piece;
    }
  }

  /** The next so many events, without frames that only say how far it is. */
  async take(count: number): Promise<StreamedEvent[]> {
    const events: StreamedEvent[] = [];
    while (events.length < count) {
      const frame = await this.frame();
      if (frame === undefined) break;
      const found = /^id: (\d+)\ndata: (.*)$/.exec(frame);
      if (found === null) continue;
      events.push({ id: Number(found[1]), event: JSON.parse(found[2]!) as StreamedEvent["event"] });
    }
    return events;
  }

  cut(): void {
    this.response.destroy();
  }

  async #piece(): Promise<string | undefined> {
    for (;;) {
      const piece: unknown = this.response.read();
      if (piece !== null) return String(piece);
      if (this.response.readableEnded || this.response.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        const settle = () => {
          for (const name of ["readable", "end", "close", "error"]) this.response.off(name, settle);
          resolve();
        };
        for (const name of ["readable", "end", "close", "error"]) this.response.on(name, settle);
      });
    }
  }
}
