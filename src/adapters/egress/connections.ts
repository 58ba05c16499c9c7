import { createHash, X509Certificate } from "node:crypto";
import { Agent, type RequestOptions } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { createSecureContext, getCACertificates } from "node:tls";
import { EgressError } from "../../ports/egress.ts";
import { limits } from "../../registry/limits.ts";
import type { Destination } from "./destination.ts";

/** Says which connections a request may share: only those to the very addresses that it checked. */
interface PooledOptions extends RequestOptions {
  readonly pool?: string;
}

class PlainPool extends Agent {
  override getName(options?: PooledOptions): string {
    return `${super.getName(options)}:${options?.pool}`;
  }
}

class TlsPool extends TlsAgent {
  override getName(options?: PooledOptions): string {
    return `${super.getName(options)}:${options?.pool}`;
  }
}

const pooling = {
  rejectUnauthorized: true, // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
  keepAlive: true,
  timeout: limits.egressKeepAliveMs,
  maxTotalSockets: limits.egressConnections,
  maxFreeSockets: 64,
} as const;
/** Sets of further authorities whose connections are kept. */
const trustedSets = 16;
/** Where a name has several addresses, how long one may take before the next is tried. */
const attemptMs = 500;

/** Connections that were made, kept for a moment, apart for each set of authorities. */
export class Connections {
  readonly #plain = new PlainPool(pooling);
  readonly #tls = new TlsPool(pooling);
  readonly #trusting = new Map<string, TlsPool>();

  /** @throws EgressError Untrusted when an authority's certificate cannot be read */
  pool(url: URL, authorities: readonly string[]): Agent {
    if (url.protocol === "http:") return this.#plain;
    if (authorities.length === 0) return this.#tls;
    const name = createHash("sha256").update(authorities.join("\n")).digest("hex");
    const known = this.#trusting.get(name);
    if (known !== undefined) return known;
    const pool = new TlsPool({ ...pooling, secureContext: trustBeside(authorities) });
    this.#trusting.set(name, pool);
    for (const [oldest, old] of this.#trusting) {
      if (this.#trusting.size <= trustedSets) break;
      this.#trusting.delete(oldest);
      old.destroy();
    }
    return pool;
  }

  /** Closes what is open. */
  close(): void {
    for (const pool of [this.#plain, this.#tls, ...this.#trusting.values()]) pool.destroy();
    this.#trusting.clear();
  }
}

/** One connection that trusts this certificate and what it vouches for, and nothing else. */
export function anchoredAgent(certificate: string): Agent {
  // OpenSSL takes an intermediate authority for the end of a chain only when told so.
  return new TlsAgent({
    rejectUnauthorized: true,
    ca: [certificate],
    allowPartialTrustChain: true,
    maxCachedSessions: 0,
  });
}

/** How to connect: to the addresses that were checked, under the name that was asked for. */
export function connectOptions({ url, hostname, addresses }: Destination) {
  const lookup: LookupFunction = (_hostname, options, callback) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = found;
    if (options.all) callback(null, found);
    else callback(null, first?.address ?? "", first?.family);
  };
  return {
    host: hostname,
    port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
  };
}

function trustBeside(authorities: readonly string[]) {
  try {
    for (const authority of authorities) new X509Certificate(authority); // Others pass it over.
    return createSecureContext({ ca: [...getCACertificates("default"), ...authorities] });
  } catch (error) {
    throw new EgressError("Untrusted", "a given authority's certificate cannot be read", error);
  }
}
