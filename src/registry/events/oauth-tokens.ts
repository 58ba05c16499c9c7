import type { EgressRequest } from "../../ports/egress.ts";
import { EgressError } from "../../ports/egress.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Authorization, Connection, ConnectionSecrets } from "./endpoint.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { basic, isHeaderValue, valuesOf, withQuery } from "./http-request.ts";

type OAuth = Extract<Authorization, { type: "OAUTH_CLIENT_CREDENTIALS" }>;

interface Kept {
  readonly token: string;
  readonly until: number;
}

const leastLifeMs = 10_000;
const assumedLifeSeconds = 300;
const maximumKept = 1_000;

/** Tokens of connections with OAuth, as long as they are good: in this process. */
export class OAuthTokens {
  readonly #ports: Pick<Ports, "egress" | "clock">;
  readonly #kept = new Map<string, Kept>();

  constructor(ports: Pick<Ports, "egress" | "clock">) {
    this.#ports = ports;
  }

  /**
   * The value of Authorization; `undefined` for a connection that needs no token.
   * @throws EgressError when none is to be had
   */
  async get(
    connection: Connection,
    secrets: ConnectionSecrets,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { authorization } = connection;
    if (authorization.type !== "OAUTH_CLIENT_CREDENTIALS") return undefined;
    const key = keyOf(connection);
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > this.#ports.clock.now()) return known.token;
    const fresh = await this.#ask(authorization, secrets, signal);
    if (this.#kept.size >= maximumKept) this.#kept.clear();
    this.#kept.set(key, fresh);
    return fresh.token;
  }

  /** The receiver does not take the token; one that another delivery got meanwhile is kept. */
  forget(connection: Connection, token: string): void {
    const key = keyOf(connection);
    if (this.#kept.get(key)?.token === token) this.#kept.delete(key);
  }

  /** Client credentials. Source: RFC 6749, 4.4; the client as in 2.3.1. */
  async #ask(oauth: OAuth, secrets: ConnectionSecrets, signal: AbortSignal): Promise<Kept> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      ...valuesOf(oauth.http, "body", secrets, "oauth."),
    });
    const isGet = oauth.method === "GET";
    const query = valuesOf(oauth.http, "query", secrets, "oauth.");
    const request: EgressRequest = {
      method: oauth.method,
      url: withQuery(oauth.endpoint, isGet ? { ...query, ...Object.fromEntries(form) } : query),
      headers: {
        accept: "application/json",
        ...valuesOf(oauth.http, "header", secrets, "oauth."),
        authorization: basic(oauth.clientId, secrets.ClientSecret ?? ""),
        ...(isGet ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      body: isGet ? undefined : Buffer.from(form.toString()),
      ...{ redirects: "hand back", timeoutMs: eventRuleLimits.deliveryTimeoutMs, signal },
    };
    const response = await this.#ports.egress.request(request);
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk as Buffer);
    const answer = response.status === 200 ? parsed(Buffer.concat(chunks).toString()) : undefined;
    if (typeof answer?.access_token !== "string" || !isHeaderValue(answer.access_token)) {
      throw new EgressError("InvalidAnswer", "The authorization endpoint gave no token");
    }
    const seconds = Number(answer.expires_in ?? assumedLifeSeconds);
    const lifeMs = Number.isFinite(seconds) ? seconds * 1_000 - leastLifeMs : 0;
    return {
      token: `Bearer ${answer.access_token}`,
      until: this.#ports.clock.now() + Math.max(0, lifeMs),
    };
  }
}

function keyOf({ id, modifiedAt }: Connection): string {
  return `${id} ${modifiedAt}`;
}

function parsed(text: string): { access_token?: unknown; expires_in?: unknown } | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
