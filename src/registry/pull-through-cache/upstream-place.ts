import { cacheLimits } from "./cache-limits.ts";

/** Source: ECR API, UpstreamRegistry. */
export const upstreamKinds = [
  ...(["azure-container-registry", "chainguard", "docker-hub", "ecr", "ecr-public"] as const),
  ...(["github-container-registry", "gitlab-container-registry", "k8s", "quay"] as const),
] as const;
export type UpstreamKind = (typeof upstreamKinds)[number];

interface KnownUpstream {
  readonly hosts: RegExp;
  readonly needsCredentials: boolean;
  /** Where else than at its own host it gives tokens. */
  readonly realms: readonly string[];
}

const own: readonly string[] = [];

/** Source: ECR, "Upstream registries"; spec 6.1. The realms are what these registries answer. */
const known: Readonly<Record<UpstreamKind, KnownUpstream>> = {
  "docker-hub": {
    ...{ hosts: /^registry-1\.docker\.io$/, needsCredentials: true, realms: ["auth.docker.io"] },
  },
  "ecr-public": { hosts: /^public\.ecr\.aws$/, needsCredentials: false, realms: own },
  k8s: { hosts: /^registry\.k8s\.io$/, needsCredentials: false, realms: own },
  quay: { hosts: /^quay\.io$/, needsCredentials: false, realms: own },
  "github-container-registry": { hosts: /^ghcr\.io$/, needsCredentials: true, realms: own },
  "azure-container-registry": {
    // A registry's name, or with a hyphen and a hash behind it: whose names may be taken again.
    ...{ hosts: /^[a-z0-9-]{1,63}\.azurecr\.io$/, needsCredentials: true, realms: own },
  },
  "gitlab-container-registry": {
    ...{ hosts: /^registry\.gitlab\.com$/, needsCredentials: true, realms: ["gitlab.com"] },
  },
  chainguard: { hosts: /^cgr\.dev$/, needsCredentials: true, realms: own },
  ecr: {
    ...{ hosts: /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$/, needsCredentials: false },
    realms: own,
  },
};

/** Where an upstream is. */
export interface UpstreamPlace {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly host: string;
  readonly kind: UpstreamKind | undefined;
  readonly needsCredentials: boolean;
  /** Hosts besides its own that may be shown its credentials, to give tokens (D11). */
  readonly realms: readonly string[];
}

const plainHost = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const withScheme = /^https?:\/\//i;

/**
 * Where a rule's URL leads; `undefined` for what is none. Differs from ECR, which takes the hosts of
 * its list alone: any other host is taken as well, and with `https://` or `http://` before it, any host
 * is one that ECR's demands do not concern (ADR-0062).
 */
export function upstreamPlace(url: string): UpstreamPlace | undefined {
  if (url.length > cacheLimits.urlCharacters) return undefined;
  const isPlain = plainHost.test(url);
  if (!isPlain && !withScheme.test(url)) return undefined;
  const parsed = URL.parse(isPlain ? `https://${url}` : url);
  if (parsed === null || parsed.hostname === "") return undefined;
  const { origin, host, pathname, search, hash, username, password } = parsed;
  if (pathname !== "/" || `${search}${hash}${username}${password}` !== "") return undefined;
  const kind = upstreamKinds.find((each) => known[each].hosts.test(host));
  const realms = kind === undefined ? own : known[kind].realms;
  if (!isPlain || kind === undefined) {
    return { origin, host, kind: undefined, needsCredentials: false, realms };
  }
  return { origin, host, kind, needsCredentials: known[kind].needsCredentials, realms };
}
