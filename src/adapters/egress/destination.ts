import { isIP } from "node:net";
import { EgressError, type EgressRequest } from "../../ports/egress.ts";
import { limits } from "../../registry/limits.ts";
import { type IsListed, judgeAddress } from "./address-rules.ts";
import type { Resolve } from "./resolver.ts";

/** Where a request may go: a URL, and the addresses of its host that were checked. */
export interface Destination {
  readonly url: URL;
  /** Of the URL, without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly addresses: readonly string[];
}

/**
 * The parser makes one spelling of all that a host can be written as: `0x7f.1`, `2130706433` and
 * `127.1` are `127.0.0.1` from here on, for the check and for the connection alike.
 * @throws EgressError Denied
 */
export function parseUrl(text: string, base?: URL): URL {
  const url = text.length <= limits.urlCharacters ? URL.parse(text, base?.href) : null;
  if (url === null) throw new EgressError("Denied", "the URL cannot be read");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new EgressError("Denied", `URLs with ${url.protocol} are not allowed`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new EgressError("Denied", "URLs with a user name or password are not allowed");
  }
  return url;
}

/**
 * Looks the host up, once, and checks every address: one that is not allowed closes the whole name.
 * @throws EgressError Denied, Unresolved
 */
export async function checkDestination(
  url: URL,
  plainHttp: NonNullable<EgressRequest["plainHttp"]>,
  rules: { readonly resolve: Resolve; readonly isListed: IsListed },
): Promise<Destination> {
  const isPlain = url.protocol === "http:";
  if (isPlain && plainHttp === "never") throw noPlainHttp(url);
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(hostname) === 0 ? await addressesOf(url, rules.resolve) : [hostname];
  const judgements = addresses.map((address) => judgeAddress(address, rules.isListed));
  const denied = judgements.indexOf("denied");
  if (denied !== -1) {
    const cause = new Error(
      `${addresses[denied]} is not public and ENTREPOT_EGRESS_ALLOW lacks it`,
    );
    throw new EgressError("Denied", `${url.origin} is not allowed as a destination`, cause);
  }
  const areListed = judgements.every((judgement) => judgement === "listed");
  if (isPlain && plainHttp !== "anywhere" && !areListed) throw noPlainHttp(url);
  return { url, hostname, addresses };
}

async function addressesOf(url: URL, resolve: Resolve): Promise<readonly string[]> {
  const sentence = `${url.origin} has no address`;
  let found: readonly string[];
  try {
    found = await resolve(url.hostname);
  } catch (error) {
    throw new EgressError("Unresolved", sentence, error);
  }
  if (found.length === 0) throw new EgressError("Unresolved", sentence);
  if (found.length > limits.egressAddresses) {
    throw new EgressError("Denied", `${url.origin} has too many addresses`);
  }
  return found;
}

function noPlainHttp(url: URL): EgressError {
  return new EgressError("Denied", `${url.origin} is not allowed without TLS`);
}
