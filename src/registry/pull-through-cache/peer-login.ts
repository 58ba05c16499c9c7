import type { Clock } from "../../ports/clock.ts";
import { EgressError } from "../../ports/egress.ts";
import { listOf, PeerRefusal, type PeerRegistry } from "../../ports/peer-registry.ts";
import type { Registry } from "../names.ts";
import { wayFailure } from "../takeover/answer-failure.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import { cacheLimits } from "./cache-limits.ts";
import type { PeerLogin, UpstreamMemory } from "./upstream-memory.ts";
import { upstreamPlace } from "./upstream-place.ts";

/**
 * The token that the peer gives for its registry, kept until shortly before its end. Source: ECR API,
 * GetAuthorizationToken.
 * @param kept where, and by what name, it is kept
 * @throws TakeoverFailure
 */
export async function peerLogin(
  clock: Clock,
  { account }: Registry,
  peer: PeerRegistry,
  kept: { name: string; remembered: UpstreamMemory },
): Promise<PeerLogin> {
  const {
    name,
    remembered: { peerLogins },
  } = kept;
  const now = clock.now();
  const known = peerLogins.get(name);
  if (known !== undefined && now < known.until - cacheLimits.tokenMarginMs) return known;
  const login = loginIn(await asked(peer, account));
  peerLogins.set(name, login);
  return login;
}

async function asked(peer: PeerRegistry, account: string) {
  const signal = AbortSignal.timeout(cacheLimits.documentTimeoutMs);
  const input = { registryIds: [account] };
  try {
    return await peer.ask("ecr", "GetAuthorizationToken", input, signal);
  } catch (error) {
    if (error instanceof EgressError) throw wayFailure(error);
    if (!(error instanceof PeerRefusal)) throw error;
    const sentence = `The peer gives no token: ${error.message}`;
    throw new TakeoverFailure("refused", sentence, undefined, 403);
  }
}

function loginIn(answer: Readonly<Record<string, unknown>>): PeerLogin {
  const [data] = listOf(answer.authorizationData);
  const { authorizationToken: basic, proxyEndpoint, expiresAt } = data ?? {};
  const place = typeof proxyEndpoint === "string" ? upstreamPlace(proxyEndpoint) : undefined;
  const isToken = typeof basic === "string" && /^[\w+/=-]+$/.test(basic);
  if (!isToken || place === undefined || typeof expiresAt !== "number") {
    throw new TakeoverFailure("refused", "The peer gives no token");
  }
  return { basic, origin: place.origin, until: expiresAt * 1000 };
}
