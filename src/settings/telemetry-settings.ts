/** Settings about who is told what the process does, and of where clients are. */
import { BlockList, isIP } from "node:net";
import { z } from "zod";
import { type Destination, destinations } from "../registry/usage/usage.ts";
import { usageLimits } from "../registry/usage/usage-limits.ts";
import { inList, parseJson } from "./setting-values.ts";

/** Where traces go. */
export interface TraceAddress {
  /** OTLP over HTTP. */
  readonly url: string;
  /** Of all requests, the part that is traced: above 0, at most 1. */
  readonly sampled: number;
}

const usualSampling = "0.1";

/** `http://collector:4318/v1/traces?sample=0.1`. */
export const traces = z.string().transform((value, context): TraceAddress => {
  const problem = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  const isUrl = URL.canParse(value) && /^https?:\/\//.test(value);
  if (!isUrl) return problem("must be a URL like http://127.0.0.1:4318/v1/traces?sample=0.1");
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") return problem("must not hold a password");
  const sample = url.searchParams.get("sample") ?? usualSampling;
  const sampled = /^\d(\.\d{1,9})?$/.test(sample) ? Number(sample) : 0;
  if (sampled <= 0 || sampled > 1) return problem("has a sample that is not above 0 and at most 1");
  url.searchParams.delete("sample");
  if (url.search !== "") return problem("has another option than sample");
  return { url: url.href, sampled };
});

/** What of a client's address tells where an answer to it goes. */
export type DestinationOf = (address: string) => Destination;

const namedNetworks = z.partialRecord(
  z.enum(destinations),
  z.array(z.string()).max(usageLimits.networksPerDestination),
);

/** `{"region":["10.0.0.0/8"],"other-region":["10.1.0.0/16"]}`. */
export const networks = z.string().transform((value, context): DestinationOf => {
  const problem = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  const parsed = namedNetworks.safeParse(parseJson(value));
  if (!parsed.success) {
    return problem(
      `must be a JSON map from ${destinations.join(", ")} to lists of CIDRs, for example ` +
        '{"region":["10.0.0.0/8"],"other-region":["10.1.0.0/16"]}',
    );
  }
  const named: Network[] = [];
  for (const destination of destinations) {
    for (const cidr of parsed.data[destination] ?? []) {
      const network = networkOf(cidr, destination);
      if (network === undefined) return problem(`names "${cidr}", which is no CIDR`);
      named.push(network);
    }
  }
  return remembered(finder(named));
});

interface Network {
  readonly destination: Destination;
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

function networkOf(cidr: string, destination: Destination): Network | undefined {
  const [address = "", prefix, ...rest] = cidr.trim().split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const bits = family === "ipv6" ? 128 : 32;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (isIP(address) === 0 || rest.length > 0 || length < 0 || length > bits) return undefined;
  return { destination, address, prefix: length, family };
}

/** This machine, and what is private by itself: RFC 1918, RFC 4193, link-local, shared (RFC 6598). */
const near = [
  ...["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  ...["169.254.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10"],
];

/** The narrowest network that holds an address says where it is. */
function finder(named: readonly Network[]): DestinationOf {
  const byDefault = near.flatMap((cidr) => networkOf(cidr, "region") ?? []);
  const lists = [named, byDefault].flatMap((networks) =>
    [...new Set(networks.map(({ prefix, family }) => (family === "ipv4" ? prefix + 96 : prefix)))]
      .sort((one, other) => other - one)
      .flatMap((width) => destinations.map((destination) => listOf(networks, width, destination))),
  );
  return (address) => lists.find(({ list }) => inList(list, address))?.destination ?? "internet";
}

function listOf(networks: readonly Network[], width: number, destination: Destination) {
  const list = new BlockList();
  for (const { address, prefix, family, destination: of } of networks) {
    const isMeant = of === destination && (family === "ipv4" ? prefix + 96 : prefix) === width;
    if (isMeant) list.addSubnet(address, prefix, family);
  }
  return { list, destination };
}

/** An address is looked up once: this is on the path of every request. */
function remembered(find: DestinationOf): DestinationOf {
  const known = new Map<string, Destination>();
  return (address) => {
    const seen = known.get(address);
    if (seen !== undefined) return seen;
    if (known.size >= usageLimits.rememberedAddresses) known.clear();
    const destination = find(address);
    known.set(address, destination);
    return destination;
  };
}
