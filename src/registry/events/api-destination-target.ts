import type { Readable } from "node:stream";
import { EgressError, type EgressResponse } from "../../ports/egress.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Delivery } from "./delivery.ts";
import type { ApiDestination, Connection, ConnectionSecrets, SigningSecrets } from "./endpoint.ts";
import { apiDestinationOfArn, connectionOfArn } from "./endpoint.ts";
import type { EventEnvelope } from "./event.ts";
import { eventBody } from "./event-body.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { openEventSecrets } from "./event-secrets.ts";
import { eventRequest, type RequestParts } from "./http-request.ts";
import type { OAuthTokens } from "./oauth-tokens.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { EventTarget } from "./rule.ts";
import { failed, refused, type TargetOutcome } from "./target-outcome.ts";

export interface HttpTargets {
  readonly rates: RateLimits;
  readonly tokens: OAuthTokens;
  readonly timeoutMs: number;
}

/** What is sent of one delivery, and to whom. */
export interface Shipment {
  readonly target: EventTarget;
  readonly delivery: Delivery;
  readonly event: EventEnvelope;
  readonly rendered: string;
}

type Needed = Pick<Ports, "metadata" | "keys" | "egress" | "clock">;

/**
 * Sends an event to an API destination, once. A 2xx is a delivery; what may be over soon (no answer,
 * 408, 429, 5xx) is a failure; any other answer is a refusal, redirects among them: no credential goes
 * where the destination does not say. On a 401 to a token of OAuth it is sent once more, with a new one,
 * in what is left of the time. Never rejects but for the database and `signal`.
 */
export async function sendToApiDestination(
  ports: Needed,
  { rates, tokens, timeoutMs }: HttpTargets,
  shipment: Shipment,
  signal: AbortSignal,
): Promise<TargetOutcome> {
  const found = await findDestination(ports, shipment.target);
  if (!("destination" in found)) return found;
  const { destination, connection } = found;
  const waitMs = rates.take(shipment.target.arn, destination.ratePerSecond);
  if (waitMs > 0) return { kind: "postponed", waitMs };
  const secrets = openEventSecrets<ConnectionSecrets>(ports, connection);
  try {
    const token = await tokens.get(connection, secrets, signal);
    const parts = { ...found, secrets, shipment, signal };
    const until = ports.clock.now() + timeoutMs;
    let response = await ask(ports, { ...parts, token }, timeoutMs);
    if (response.status === 401 && token !== undefined) {
      // It may have ended before its time, and that is no fault of the event's.
      tokens.forget(connection, token);
      const fresh = await tokens.get(connection, secrets, signal);
      const leftMs = Math.max(1, until - ports.clock.now());
      response = await ask(ports, { ...parts, token: fresh }, leftMs);
    }
    return outcomeOf(response, ports.clock.now());
  } catch (error) {
    signal.throwIfAborted();
    if (isRegistryError(error)) return refused("INVALID_REQUEST", error.message);
    if (!(error instanceof EgressError)) throw error;
    if (error.kind === "Denied") return refused("INVALID_REQUEST", error.message);
    return failed(error.message);
  }
}

interface Asked extends Pick<RequestParts, "destination" | "connection" | "secrets" | "token"> {
  readonly shipment: Shipment;
  readonly signal: AbortSignal;
}

async function ask(
  ports: Needed,
  { shipment, signal, ...parts }: Asked,
  timeoutMs: number,
): Promise<EgressResponse> {
  const { destination } = parts;
  const request = eventRequest(
    {
      ...parts,
      signing: openEventSecrets<SigningSecrets>(ports, destination),
      http: shipment.target.settings.http,
      eventId: shipment.delivery.eventId,
      body: bodyOf(destination, shipment),
    },
    ports.clock.now(),
  );
  const response = await ports.egress.request({
    ...request,
    ...{ redirects: "hand back", timeoutMs, signal },
    maximumBytes: eventRuleLimits.deliveryReplyBytes,
  });
  await drain(response.body);
  return response;
}

function bodyOf({ format }: ApiDestination, { target, event, rendered }: Shipment) {
  const { input, inputPath, inputTransformer } = target.settings;
  const isTransformed = (input ?? inputPath ?? inputTransformer) !== undefined;
  return eventBody(format, event, rendered, isTransformed);
}

async function findDestination(
  { metadata }: Needed,
  { registry, arn }: EventTarget,
): Promise<{ destination: ApiDestination; connection: Connection } | TargetOutcome> {
  const destination = await apiDestinationOfArn(metadata, registry, arn);
  if (destination === undefined) {
    return refused("TARGET_GONE", "There is no such API destination any more");
  }
  const connection = await connectionOfArn(metadata, registry, destination.connectionArn);
  if (connection === undefined) {
    return refused("TARGET_GONE", "The connection of the API destination is gone");
  }
  return { destination, connection };
}

/** Source: EventBridge, "API destinations", in part: 408 as well, and no 4xx but that and 429. */
function outcomeOf({ status, headers }: EgressResponse, now: number): TargetOutcome {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const reason = `The receiver answered ${status}`;
  if (status === 408 || status === 429 || status >= 500) {
    return failed(reason, retryAfterMs(headers.get("retry-after"), now));
  }
  return refused("REFUSED_BY_TARGET", reason);
}

/** Seconds, or a date. Source: RFC 9110, 10.2.3. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  if (!Number.isFinite(waitMs) || waitMs <= 0) return undefined;
  return Math.min(waitMs, eventRuleLimits.retryAfterMaximumMs);
}

/** What it says does not matter; the connection can be used again once it has been read. */
async function drain(body: Readable): Promise<void> {
  try {
    for await (const _ of body);
  } catch (error) {
    // It has answered, however that ended.
    if (!(error instanceof EgressError)) throw error;
  }
}
