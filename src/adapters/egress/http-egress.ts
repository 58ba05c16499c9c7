import type { Agent } from "node:http";
import { Readable } from "node:stream";
import {
  type Egress,
  EgressError,
  type EgressRequest,
  type EgressResponse,
} from "../../ports/egress.ts";
import { limits } from "../../registry/limits.ts";
import type { IsListed } from "./address-rules.ts";
import { bodyOf } from "./answer-body.ts";
import { anchoredAgent, Connections } from "./connections.ts";
import { checkDestination, type Destination } from "./destination.ts";
import { type Answer, exchange, type Patience } from "./exchange.ts";
import { firstHop, type Hop, nextHop } from "./redirect.ts";
import { RequestWatch } from "./request-watch.ts";
import { type Resolve, SystemResolver } from "./resolver.ts";
import { topCertificateShown } from "./shown-certificate.ts";

export interface HttpEgressOptions extends Partial<Patience> {
  /** Whether the operator listed an address that is not public. */
  readonly isListed: IsListed;
  readonly resolve?: Resolve;
}

const userAgent = "entrepot";

/** Requests with the HTTP client of Node.js, over HTTP/1.1. */
export class HttpEgress implements Egress {
  readonly #rules: { readonly resolve: Resolve; readonly isListed: IsListed };
  readonly #patience: Patience;
  readonly #connections = new Connections();

  constructor({ isListed, resolve, connectMs, idleMs }: HttpEgressOptions) {
    this.#rules = { isListed, resolve: resolve ?? new SystemResolver().resolve };
    this.#patience = {
      connectMs: connectMs ?? limits.egressConnectMs,
      idleMs: idleMs ?? limits.egressIdleMs,
    };
  }

  async request(wanted: EgressRequest): Promise<EgressResponse> {
    const hop = firstHop(wanted, userAgent);
    const watch = new RequestWatch(wanted);
    const source = wanted.body instanceof Readable ? wanted.body : undefined;
    source?.on("error", (error) => watch.fail(error));
    if (source?.destroyed) watch.fail(source.errored ?? new Error("the body was destroyed before"));
    try {
      const { answer, url } = await this.#follow(hop, wanted, watch);
      const body = bodyOf(answer, wanted.maximumBytes ?? limits.egressReplyBytes, watch);
      const { statusCode: status = 0, headers } = answer.response;
      return { status, headers: headersOf(headers), url: url.href, body };
    } catch (error) {
      source?.destroy();
      throw watch.over(error);
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#connections.close();
  }

  async #follow(
    first: Hop,
    wanted: EgressRequest,
    watch: RequestWatch,
  ): Promise<{ readonly answer: Answer; readonly url: URL }> {
    let hop = first;
    for (let followed = 0; ; followed += 1) {
      const answer = await this.#ask(hop, wanted, watch);
      if (wanted.redirects === "hand back") return { answer, url: hop.url };
      const { statusCode: status = 0, headers } = answer.response;
      try {
        const next = nextHop(hop, status, headers.location);
        if (next === undefined) return { answer, url: hop.url };
        if (followed === limits.egressRedirects) {
          throw new EgressError("Redirect", `${hop.url.origin} redirects once too often`);
        }
        hop = next;
      } catch (error) {
        answer.request.destroy();
        throw error;
      }
      answer.request.destroy();
    }
  }

  async #ask(hop: Hop, wanted: EgressRequest, watch: RequestWatch): Promise<Answer> {
    const { authorities = [], thumbprints = [], plainHttp = "listed" } = wanted;
    const { connectMs } = this.#patience;
    watch.origin = hop.url.origin;
    const checked = checkDestination(hop.url, plainHttp, this.#rules);
    const destination = await watch.within(connectMs, "was not found in time", checked);
    const ask = (agent: Agent) => exchange(destination, hop, agent, this.#patience, watch);
    try {
      return await ask(this.#connections.pool(hop.url, authorities));
    } catch (error) {
      const mayBePinned = error instanceof EgressError && error.kind === "Untrusted";
      if (!mayBePinned || thumbprints.length === 0) throw error;
    }
    return ask(await this.#anchored(destination, thumbprints, watch));
  }

  /** An agent that trusts the top certificate which the server shows, where that is a named one. */
  async #anchored(
    destination: Destination,
    thumbprints: readonly string[],
    watch: RequestWatch,
  ): Promise<Agent> {
    const { connectMs } = this.#patience;
    const looked = topCertificateShown(destination, watch);
    const shown = await watch.within(connectMs, "did not connect in time", looked);
    if (!thumbprints.some((named) => named.toLowerCase() === shown.thumbprint)) {
      const cause = new Error(`the top certificate has the thumbprint ${shown.thumbprint}`);
      const sentence = `the certificate of ${watch.origin} matches no thumbprint`;
      throw new EgressError("Untrusted", sentence, cause);
    }
    return anchoredAgent(shown.certificate);
  }
}

function headersOf(given: NodeJS.Dict<string | string[]>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}
