import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Clock } from "../../ports/clock.ts";
import { type Egress, EgressError } from "../../ports/egress.ts";
import { type PeerAnswer, PeerRefusal, type PeerRegistry } from "../../ports/peer-registry.ts";
import type { Region } from "../../registry/names.ts";
import { replicationLimits } from "../../registry/replication/replication-limits.ts";
import { Sha256 } from "../../registry/sha256.ts";
import { Pace } from "./pace.ts";

export interface PeerAddress {
  /** Scheme, host and port. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** PEM text: trusted beside the public authorities. */
  readonly authority: string | undefined;
  /** What is sent there at most, by this process; absent: as fast as it goes. */
  readonly bytesPerSecond?: number | undefined;
}

interface Parts {
  readonly egress: Egress;
  readonly clock: Clock;
  readonly region: Region;
}

const prefixes = { ecr: "AmazonEC2ContainerRegistry_V20150921", entrepot: "Entrepot_V1" } as const;

/** Another deployment, asked by AWS JSON 1.1 with Signature Version 4. */
export class SignedPeer implements PeerRegistry {
  readonly #address: PeerAddress;
  readonly #parts: Parts;
  readonly #pace: Pace | undefined;

  constructor(address: PeerAddress, parts: Parts) {
    this.#address = address;
    this.#parts = parts;
    const { bytesPerSecond } = address;
    const { clock } = parts;
    this.#pace = bytesPerSecond === undefined ? undefined : paceOf(bytesPerSecond, clock);
  }

  get authorities(): readonly string[] {
    const { authority } = this.#address;
    return authority === undefined ? [] : [authority];
  }

  async ask(
    service: "ecr" | "entrepot",
    operation: string,
    input: object,
    signal: AbortSignal,
  ): Promise<PeerAnswer> {
    const body = Buffer.from(JSON.stringify(input));
    const target = `${prefixes[service]}.${operation}`;
    const { url, authority } = this.#address;
    const { status, body: reply } = await this.#parts.egress.request({
      ...{ method: "POST", url: `${url}/`, signal },
      body: this.#pace === undefined ? body : Readable.from(this.#pace.of(body, signal)),
      headers: {
        ...(await this.#signed(service, target, body)),
        "content-length": String(body.length),
      },
      ...{ plainHttp: "anywhere", redirects: "hand back" },
      maximumBytes: replicationLimits.peerAnswerBytes,
      timeoutMs: replicationLimits.peerTimeoutMs,
      ...(authority === undefined ? {} : { authorities: [authority] }),
    });
    const text = (await buffer(reply)).toString("utf8");
    const answer = objectIn(text);
    if (status === 200 && answer !== undefined) return answer;
    throw refusal(url, status, answer);
  }

  async #signed(service: string, target: string, body: Buffer): Promise<Record<string, string>> {
    const { url, accessKeyId, secretAccessKey } = this.#address;
    const { region, clock } = this.#parts;
    const { protocol, hostname, host } = new URL(url);
    const request = new HttpRequest({
      ...{ method: "POST", protocol, hostname, path: "/", body },
      headers: { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
    });
    const credentials = { accessKeyId, secretAccessKey };
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const { headers } = await signer.sign(request, { signingDate: new Date(clock.now()) });
    const { host: _host, ...sent } = headers; // The connection's own.
    return sent;
  }
}

function paceOf(bytesPerSecond: number, clock: Clock): Pace {
  return new Pace(
    bytesPerSecond,
    () => clock.now(),
    (ms, signal) => setTimeout(ms, undefined, { signal }),
  );
}

function objectIn(text: string): PeerAnswer | undefined {
  try {
    const value: unknown = text === "" ? {} : JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as PeerAnswer)
      : undefined;
  } catch {
    return undefined; // What it is, the status says.
  }
}

/** What a proxy before the peer says is no answer of the peer's. */
function refusal(url: string, status: number, answer: PeerAnswer | undefined): Error {
  const type = answer?.__type;
  if (status >= 500 || typeof type !== "string") {
    return new EgressError("Unreachable", `${new URL(url).origin} answers with status ${status}`);
  }
  const name = type.slice(type.lastIndexOf("#") + 1).replace(/Exception$/, "");
  const message = typeof answer?.message === "string" ? answer.message : `The peer says ${name}`;
  return new PeerRefusal(name, message, answer);
}
