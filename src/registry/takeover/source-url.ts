import { isAccountId, isRegion } from "../names.ts";

export type RegistryKind = "registry" | "harbor" | "quay" | "ecr";

/** A registry that is named by a URL. */
export interface RegistryUrl {
  readonly kind: RegistryKind;
  /** Of `/v2/`. */
  readonly origin: string;
  /** After the host: a project, a namespace; "" for none. */
  readonly path: string;
  /** Of an ECR. */
  readonly region?: string;
  /** Of an ECR, where its host tells. */
  readonly account?: string;
  /** Where an ECR's API is. */
  readonly apiOrigin?: string;
}

const schemes: Readonly<Record<string, readonly [RegistryKind, "http:" | "https:"]>> = {
  "http:": ["registry", "http:"],
  "https:": ["registry", "https:"],
  "docker:": ["registry", "https:"],
  "harbor:": ["harbor", "https:"],
  "harbor+https:": ["harbor", "https:"],
  "harbor+http:": ["harbor", "http:"],
  "quay:": ["quay", "https:"],
  "quay+https:": ["quay", "https:"],
  "quay+http:": ["quay", "http:"],
  "ecr:": ["ecr", "https:"],
  "ecr+https:": ["ecr", "https:"],
  "ecr+http:": ["ecr", "http:"],
};

/**
 * `https://host`, `harbor://host/project`, `quay://host/namespace`, and for an ECR the host of its registry, or
 * `ecr+https://host?region=eu-west-1` for one with a host of its own.
 * @returns undefined for what is no such URL
 */
export function parseRegistryUrl(text: string): RegistryUrl | undefined {
  const [, scheme = "", rest = ""] = /^([a-z]+(?:\+https?)?:)\/\/(.+)$/.exec(text) ?? [];
  const [kind, protocol] = schemes[scheme] ?? [];
  if (kind === undefined) return undefined;
  // Of other schemes, URLs have no origin.
  const url = URL.parse(`${protocol}//${rest}`);
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  const path = url.pathname.replace(/^\/+|\/+$/g, "");
  const aws = ofAws(url.hostname);
  if (aws !== undefined) return { kind: "ecr", origin: url.origin, path, ...aws };
  if (kind !== "ecr") return { kind, origin: url.origin, path };
  const region = url.searchParams.get("region") ?? "us-east-1";
  return { kind, origin: url.origin, path, region, apiOrigin: url.origin };
}

/** Source: ECR, "Private registries" and "Service endpoints". */
function ofAws(host: string): Pick<RegistryUrl, "account" | "region" | "apiOrigin"> | undefined {
  const [account = "", dkr, service, region = "", ...parent] = host.split(".");
  const domain = parent.join(".");
  const isAws = domain === "amazonaws.com" || domain === "amazonaws.com.cn";
  if (!isAws || dkr !== "dkr" || service !== "ecr") return undefined;
  if (!isAccountId(account) || !isRegion(region)) return undefined;
  return { account, region, apiOrigin: `https://api.ecr.${region}.${domain}` };
}
