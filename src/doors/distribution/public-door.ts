import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyPluginCallback } from "fastify";
import { RegistryError } from "../../registry/errors.ts";
import { openToken } from "../../registry/identity/authorization-token.ts";
import { publicRegion } from "../../registry/names.ts";
import { issueAnonymousToken } from "../../registry/public/anonymous-token.ts";
import { ChartEndpoint } from "./chart-endpoint.ts";
import { directConnection, hostOf } from "./connection.ts";
import { DistributionDoor, serveOn } from "./distribution-door.ts";
import { PublicFront, type PublicFrontOptions } from "./public-front.ts";
import { lingerOverBody } from "./request-body.ts";
import { sendError, type Wire, wire } from "./wire-errors.ts";

/**
 * The public registry's `/v2`, `/token/`, where bearer tokens come from, and `/charts/`, as a Fastify
 * plugin: for an app of its own, on which there is no other door to a registry.
 */
export function publicDoor(options: PublicFrontOptions): FastifyPluginCallback {
  const front = new PublicFront(options);
  const door = new DistributionDoor(options, front);
  const tokens = new TokenEndpoint(options, front);
  const charts = new ChartEndpoint(options, front);
  return (server, _options, done) => {
    // Bodies stay with the request, for the handlers to stream.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    serveOn(server, ["/v2", "/v2/*"], (...arrived) => door.serve(...arrived));
    serveOn(server, ["/token", "/token/"], async (request, response) => {
      await tokens.serve(request, response);
    });
    serveOn(server, ["/charts/*"], (...arrived) => charts.serve(...arrived));
    done();
  };
}

const rate = { bytesPerSecond: 1024, windowMs: 5_000 };

/**
 * `GET /token/`: without credentials a token for pulls, with those of `docker login` one that is their
 * holder's. Source: ECR 2.7; Distribution, "Token Authentication Specification".
 */
class TokenEndpoint {
  readonly #options: PublicFrontOptions;
  readonly #front: PublicFront;

  constructor(options: PublicFrontOptions, front: PublicFront) {
    this.#options = options;
    this.#front = front;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.method === "GET") await this.#answer(request, response);
      // Clients that try OAuth first go on with GET after this.
      else sendError(response, [405, "UNSUPPORTED"], "Ask with GET", ["Allow", "GET"]);
    } catch (error) {
      this.#fail(request, response, error);
    }
    lingerOverBody(request, rate);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { ports } = this.#options.environment;
    const header = request.headers.authorization;
    if (header === undefined) {
      const { token, claims } = issueAnonymousToken(ports);
      send(response, token, claims);
      return;
    }
    const connection = (this.#options.connectionOf ?? directConnection)(request);
    await this.#front.authenticator.authenticate(header, publicRegion, connection.address);
    const token = header.replace(/^basic\s+/i, "").trim();
    const password = Buffer.from(token, "base64").toString("latin1").replace(/^AWS:/, "");
    const claims = openToken(ports, password);
    if (claims === undefined) throw new RegistryError("UnrecognizedClient", "Not Authorized");
    send(response, Buffer.from(`AWS:${password}`).toString("base64"), claims);
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { log, environment } = this.#options;
    if (error instanceof RegistryError && !response.headersSent) {
      const [status, code]: Wire = wire[error.kind];
      const isSignIn = status === 401 || error.kind === "ExpiredToken";
      const connection = (this.#options.connectionOf ?? directConnection)(request);
      const host = hostOf(environment.deployment, connection);
      const realm = `Basic realm="${connection.scheme}://${host}/token/"`;
      const headers = isSignIn ? ["WWW-Authenticate", realm] : ["Retry-After", "1"];
      sendError(
        response,
        isSignIn ? [401, "UNAUTHORIZED"] : [status, code],
        error.message,
        headers,
      );
      return;
    }
    log.error({ err: error }, "a token could not be given out");
    if (response.headersSent) response.destroy();
    else sendError(response, [500, "UNKNOWN"], "The request failed");
  }
}

function send(
  response: ServerResponse,
  token: string,
  { issuedAt, expiresAt }: { readonly issuedAt: number; readonly expiresAt: number },
): void {
  const body = JSON.stringify({
    token,
    access_token: token,
    expires_in: Math.max(1, Math.floor((expiresAt - issuedAt) / 1000)),
  });
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  response.writeHead(200, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
