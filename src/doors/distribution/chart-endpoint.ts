import type { IncomingMessage, ServerResponse } from "node:http";
import { inStep } from "../../operations/perform.ts";
import { BoundedCache } from "../../registry/bounded-cache.ts";
import { RegistryError } from "../../registry/errors.ts";
import { findLayer } from "../../registry/layers/find-layer.ts";
import { type Digest, isDigest, repositoryArn } from "../../registry/names.ts";
import { chartIndex } from "../../registry/public/chart-index.ts";
import {
  chartLayer,
  chartLimits,
  chartsIn,
  type KnownCharts,
} from "../../registry/public/charts.ts";
import { galleryLimits } from "../../registry/public/gallery-limits.ts";
import { Allowance } from "../../registry/public/pull-allowance.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { sendLayer } from "./blobs.ts";
import { directConnection, hostOf } from "./connection.ts";
import type { Arrival, Place } from "./front.ts";
import type { PublicFront, PublicFrontOptions } from "./public-front.ts";
import { tellDownload } from "./tell-audit.ts";
import { BadRequest, sendError, wire } from "./wire-errors.ts";

const index = /^\/charts\/(?<name>.+)\/index\.yaml$/;
const file = /^\/charts\/(?<name>.+)\/(?<digest>sha256:[0-9a-f]{64})\/[^/]+\.tgz(?<proof>\.prov)?$/;
const action = "ecr-public:GetDownloadUrlForLayer";
const listing = "ecr-public:DescribeImages";

/**
 * Charts of a public repository as a classic chart repository, for everybody and without a token:
 * `GET /charts/<alias>/<repository>/index.yaml`, and the archives that it names. ECR Public has none.
 * Source: Helm, "The Chart Repository Guide".
 */
export class ChartEndpoint {
  readonly #options: PublicFrontOptions;
  readonly #front: PublicFront;
  readonly #known: KnownCharts = new BoundedCache(chartLimits.remembered, () => 1);
  readonly #listings: Allowance;

  constructor(options: PublicFrontOptions, front: PublicFront) {
    const { clock } = options.environment.ports;
    const { requestsPerSecond, requestsAtOnce } = galleryLimits;
    this.#options = options;
    this.#front = front;
    this.#listings = new Allowance(clock, requestsPerSecond, requestsAtOnce);
  }

  /** Answers a request. Never rejects. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const connection = (this.#options.connectionOf ?? directConnection)(request);
    const host = hostOf(this.#options.environment.deployment, connection);
    const origin = `${connection.scheme}://${host}`;
    const arrival = { request, response, connection, host, origin, requestId };
    try {
      await this.#answer(arrival);
    } catch (error) {
      this.#fail(response, error);
    }
  }

  async #answer(arrival: Arrival): Promise<void> {
    const { request } = arrival;
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new BadRequest([405, "UNSUPPORTED"], "Ask with GET", ["Allow", "GET, HEAD"]);
    }
    const [path = ""] = (request.url ?? "").split("?", 1);
    const listed = index.exec(path)?.groups;
    if (listed !== undefined) {
      await this.#sendIndex(arrival, listed.name ?? "");
      return;
    }
    const { name, digest = "", proof } = file.exec(path)?.groups ?? {};
    if (name === undefined || !isDigest(digest)) {
      throw new BadRequest([404, "UNSUPPORTED"], "There is an index.yaml, and what it names");
    }
    await this.#sendFile(arrival, { name, digest, isProof: proof !== undefined });
  }

  async #sendIndex(arrival: Arrival, served: string): Promise<void> {
    const { request, response, origin, connection } = arrival;
    const seconds = this.#listings.take(connection.address);
    if (seconds > 0) {
      const headers = ["Retry-After", String(seconds)];
      throw new BadRequest([429, "TOOMANYREQUESTS"], "Rate exceeded", headers);
    }
    const shape = { shape: "tags", name: served, reference: "" } as const;
    const place = await this.#front.placeOf(arrival, this.#front.nobody(arrival), shape);
    await this.#observed(place, listing, async () => {
      const ports = this.#portsOf(place);
      const repository = await findRepository(ports, place.registry, place.name);
      const text = chartIndex(
        await chartsIn(ports, repository, this.#known),
        ({ digest, fields }) =>
          `${origin}/charts/${served}/${digest}/${fields.name}-${encodeURIComponent(fields.version)}.tgz`,
      );
      response.writeHead(200, {
        ...{ "content-type": "application/yaml; charset=utf-8", "cache-control": "no-cache" },
        ...{ "content-length": Buffer.byteLength(text), "x-content-type-options": "nosniff" },
      });
      response.end(request.method === "HEAD" ? undefined : text);
    });
  }

  /** A pull, and counted as one. */
  async #sendFile(
    arrival: Arrival,
    asked: { readonly name: string; readonly digest: Digest; readonly isProof: boolean },
  ): Promise<void> {
    const { request, response } = arrival;
    const { environment, nameError } = this.#options;
    const { name: served, digest, isProof } = asked;
    const shape = { shape: "manifest", name: served, reference: digest } as const;
    const place = await this.#front.placeOf(arrival, this.#front.nobody(arrival), shape);
    const { caller, registry, name } = place;
    let error: unknown;
    try {
      await this.#observed(place, action, async () => {
        const ports = this.#portsOf(place);
        const repository = await findRepository(ports, registry, name);
        const part = isProof ? "provenance" : "archive";
        const layer = await chartLayer(ports, repository, digest, part);
        const found = await findLayer(ports, registry, name, layer);
        if (request.method === "GET" && !isProof) {
          ports.memory.usage.pulled(found.repository, ports.clock.now());
        }
        await sendLayer({ environment: { ...environment, ports }, request, response }, found);
      });
    } catch (failure) {
      error = failure;
      throw failure;
    } finally {
      const layer = { registry, name, digest, additionalEventData: { chartUrlUsed: true } };
      tellDownload(environment, caller, layer, { error, nameError });
    }
  }

  #portsOf({ caller }: Place) {
    return { ...this.#options.environment.ports, onBehalfOf: caller };
  }

  async #observed(
    { caller, registry, name }: Place,
    operation: string,
    answer: () => Promise<void>,
  ): Promise<void> {
    const { observer, environment } = this.#options;
    const resource = repositoryArn(registry, name);
    const startedAt = environment.ports.clock.now();
    let error: unknown;
    observer.began?.({ operation, caller });
    try {
      await inStep(observer, operation, answer);
    } catch (failure) {
      error = failure;
      throw failure;
    } finally {
      observer.performed({ operation, caller, resource, startedAt, error });
    }
  }

  #fail(response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error instanceof BadRequest) {
      sendError(response, error.wire, error.message, error.headers);
    } else if (error instanceof RegistryError) {
      sendError(response, wire[error.kind], error.message);
    } else {
      this.#options.log.error({ err: error }, "charts could not be told");
      sendError(response, [500, "UNKNOWN"], "The request failed");
    }
  }
}
