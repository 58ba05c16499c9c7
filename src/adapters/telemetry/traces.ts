import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { isRegistryError } from "../../registry/errors.ts";
import type { PortCall, PortObserver } from "./observed-ports.ts";
import { routeOf } from "./request-log.ts";

/** For which a stop waits for spans to be sent. */
const closeMs = 2_000;

export interface TracesOptions {
  /** Of an OTLP/HTTP receiver. */
  readonly url: string;
  /** The part of requests that is traced. */
  readonly sampled: number;
}

/**
 * Spans of some requests and of all that is done for them. What a span says are the program's own
 * words: neither paths nor queries, headers, names or messages of errors (D18). Whether a request is
 * traced is decided here alone; what a client says of its own trace becomes a link.
 */
export class Traces implements PortObserver {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #sampled: number;
  readonly #inner: PortObserver;
  readonly #current = new AsyncLocalStorage<Span>();

  /** @param inner also told of calls of ports */
  constructor({ url, sampled }: TracesOptions, inner: PortObserver) {
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ "service.name": "entrepot" }),
      sampler: new AlwaysOnSampler(), // What is not to be traced has no span here.
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
    });
    this.#tracer = this.#provider.getTracer("entrepot");
    this.#sampled = sampled;
    this.#inner = inner;
  }

  /** Runs what answers a request, which is over when the answer is closed. */
  request(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    answer: () => void,
  ): void {
    const route = routeOf(request.url ?? "");
    if (route === "health" || Math.random() >= this.#sampled) {
      answer();
      return;
    }
    const link = linkOf(request.headers.traceparent);
    const { method = "" } = request;
    const span = this.#tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        links: link === undefined ? [] : [link],
        attributes: {
          "http.request.method": method,
          "http.route": route,
          "entrepot.request_id": requestId,
        },
      },
      ROOT_CONTEXT,
    );
    response.once("close", () => {
      const { statusCode, headersSent } = response;
      if (headersSent) span.setAttribute("http.response.status_code", statusCode);
      if (!response.writableFinished) span.setAttribute("entrepot.aborted", true);
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    this.#current.run(span, answer);
  }

  around<T>(call: PortCall, work: () => Promise<T>): Promise<T> {
    const counted = () => this.#inner.around(call, work);
    if (this.#current.getStore() === undefined) return counted();
    const kind = call.port === "keys" ? SpanKind.INTERNAL : SpanKind.CLIENT;
    return this.#span(`${call.port} ${call.operation}`, kind, {}, counted);
  }

  /** A part of what a door does for a request. */
  step<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#current.getStore() === undefined) return work();
    return this.#span(name, SpanKind.INTERNAL, {}, work);
  }

  /** Sends what waits, for a short time: a receiver that is away holds up no stop. Never rejects. */
  async close(): Promise<void> {
    const sent = this.#provider.shutdown().catch(() => undefined); // Spans may be lost.
    await Promise.race([sent, pause(closeMs, undefined, { ref: false })]);
  }

  async #span<T>(
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    work: () => Promise<T>,
  ): Promise<T> {
    const parent = this.#current.getStore();
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
    const span = this.#tracer.startSpan(name, { kind, attributes }, context);
    try {
      return await this.#current.run(span, work);
    } catch (error) {
      const message = isRegistryError(error) ? error.kind : "Internal";
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      throw error;
    } finally {
      span.end();
    }
  }
}

/** Source: W3C Trace Context, "traceparent header field values". */
function linkOf(header: string | string[] | undefined): Link | undefined {
  const given = typeof header === "string" ? header : "";
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(given) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { context: { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true } };
}
