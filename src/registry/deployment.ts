import type { PeerRegistries } from "../ports/peer-registry.ts";
import type { PriceTable } from "./cost/price-table.ts";
import type { AccountId, Region, Registry, RepositoryName } from "./names.ts";
import { isAccountId, isRegion } from "./names.ts";
import type { UpstreamRules } from "./pull-through-cache/upstream-rules.ts";

/** How this deployment is named from outside. Built from the settings once, at start. */
export interface Deployment {
  readonly account: AccountId;
  readonly region: Region;
  readonly regions: readonly Region[];
  /** Parent of the registry host names. */
  readonly domain: string;
  /** The program's. */
  readonly version: string;
  /** Ports that clients reach; absent where that listener is off. */
  readonly httpPort: number | undefined;
  readonly httpsPort: number | undefined;
  /** Of the public registry's own listener. */
  readonly publicPort?: number | undefined;
  /** How long what is deleted can be brought back. Milliseconds; 0: not at all. */
  readonly trashMs: number;
  /** Programs that the operator lets rules of events start. */
  readonly eventCommands?: ReadonlySet<string>;
  /** Names of places that the operator lets trails write to. */
  readonly trailTargets?: ReadonlySet<string>;
  /** Regions of other deployments, to which the operator has shown the way, and whose images may go. */
  readonly peerAccounts?: ReadonlyMap<Region, ReadonlySet<AccountId>>;
  /** The same regions, as they are asked. */
  readonly peers?: PeerRegistries;
  /** What the operator says of upstreams of the pull-through cache. */
  readonly upstreams?: UpstreamRules;
  /** Whether every write is refused at the moment. */
  readonly readOnly?: boolean;
  /** What things cost, where the settings say so. */
  readonly prices?: PriceTable | undefined;
}

/** `<account>.dkr.ecr.<region>.<domain>` names one private registry. */
export function registryHost(deployment: Pick<Deployment, "domain">, registry: Registry): string {
  return `${registry.account}.dkr.ecr.${registry.region}.${deployment.domain}`;
}

/**
 * The host and port, without scheme, under which clients find this registry: `localhost:5050` for the
 * default registry while the domain is `localhost`, else the registry's own host name.
 */
export function registryAddress(deployment: Deployment, registry: Registry): string {
  if (isLocal(deployment, registry)) {
    return `localhost:${deployment.httpPort ?? deployment.httpsPort ?? 443}`;
  }
  const port = deployment.httpsPort ?? deployment.httpPort ?? 443;
  const host = registryHost(deployment, registry);
  return port === 443 ? host : `${host}:${port}`;
}

/** `public.ecr.<domain>` is where the public registries of all accounts are. */
export function publicHost(deployment: Pick<Deployment, "domain">): string {
  return `public.ecr.${deployment.domain}`;
}

/** Scheme and address of public images: the listener's own while the domain is `localhost`. */
export function publicOrigin(deployment: Deployment): string {
  const { domain, publicPort, httpsPort, httpPort } = deployment;
  if (domain === "localhost" && publicPort !== undefined) return `http://localhost:${publicPort}`;
  const host = publicHost(deployment);
  if (httpsPort === undefined) return `http://${host}:${publicPort ?? httpPort ?? 80}`;
  return httpsPort === 443 ? `https://${host}` : `https://${host}:${httpsPort}`;
}

/** The same without the scheme, as in the name of an image. */
export function publicAddress(deployment: Deployment): string {
  return publicOrigin(deployment).replace(/^https?:\/\//, "");
}

/** What GetAuthorizationToken calls proxyEndpoint: scheme and address, no path. */
export function proxyEndpoint(deployment: Deployment, registry: Registry): string {
  const plain = isLocal(deployment, registry)
    ? deployment.httpPort !== undefined
    : deployment.httpsPort === undefined;
  return `${plain ? "http" : "https"}://${registryAddress(deployment, registry)}`;
}

export function repositoryUri(
  deployment: Deployment,
  registry: Registry,
  name: RepositoryName,
): string {
  return `${registryAddress(deployment, registry)}/${name}`;
}

/**
 * The registry that a Host header selects; every other host means the default one. A host that is
 * shaped like a registry's but names a region that is not served here is `undefined`.
 */
export function registryOfHost(deployment: Deployment, host: string): Registry | undefined {
  // With the root's dot it is the same name. Source: RFC 3986, section 3.2.2.
  const name = host.replace(/\.?(:\d+)?$/, "").toLowerCase();
  const fallback: Registry = { account: deployment.account, region: deployment.region };
  const labels = name.split(".");
  const [account, dkr, ecr, region, ...parent] = labels;
  if (dkr !== "dkr" || ecr !== "ecr" || account === undefined || region === undefined) {
    return fallback;
  }
  if (parent.join(".") !== deployment.domain || !isAccountId(account) || !isRegion(region)) {
    return fallback;
  }
  return deployment.regions.includes(region) ? { account, region } : undefined;
}

function isLocal(deployment: Deployment, registry: Registry): boolean {
  return (
    deployment.domain === "localhost" &&
    registry.account === deployment.account &&
    registry.region === deployment.region
  );
}
