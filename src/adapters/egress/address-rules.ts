import { BlockList, isIP } from "node:net";
import { ipv6Bytes } from "../../registry/ipv6-bytes.ts";

/** What may be done with an address: any request, one because the operator listed it, or none. */
export type Judgement = "public" | "listed" | "denied";

/** Whether the operator listed an address, in the notation in which Node.js writes it. */
export type IsListed = (address: string) => boolean;

/** IANA's registry of special IPv4 addresses, multicast, and the metadata service of Azure. */
const specialIpv4 = blockList("ipv4", [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
]);

/**
 * All that is given to anybody. Loopback, unique local, link-local, site-local and multicast
 * addresses, and the mapped, compatible, translated and NAT64 forms of IPv4 lie outside of it.
 */
const globalIpv6 = blockList("ipv6", ["2000::/3"]);

/** What is special within: protocols (Teredo among them), documentation, 6to4. */
const specialIpv6 = blockList("ipv6", ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]);

/** Prefixes in hexadecimal whose addresses lead to the IPv4 address that they hold at `offset`. */
const carriers: readonly [prefix: string, offset: number][] = [
  ["00000000000000000000ffff", 12], // Mapped: ::ffff:0:0/96.
  ["0000000000000000ffff0000", 12], // Translated: ::ffff:0:0:0/96.
  ["000000000000000000000000", 12], // Compatible: ::/96.
  ["0064ff9b0000000000000000", 12], // NAT64: 64:ff9b::/96.
  ["2002", 2], // 6to4: 2002::/16.
];

/**
 * Judges an address as it came from a URL or a resolver. An IPv6 address that leads to an IPv4 one is
 * never public; listed, it counts only where the IPv4 address could be reached as well, so that a
 * list with NAT64's whole prefix does not open loopback and the networks inside.
 */
export function judgeAddress(address: string, isListed: IsListed): Judgement {
  const family = isIP(address);
  if (family === 0 || address.includes("%")) return "denied"; // A zone is of this machine alone.
  if (family === 4) {
    if (isListed(address)) return "listed";
    return specialIpv4.check(address, "ipv4") ? "denied" : "public";
  }
  const bytes = ipv6Bytes(address);
  const carried = carriedIpv4(bytes);
  if (isListed(canonicalIpv6(bytes, carried))) {
    return carried !== undefined && judgeAddress(carried, isListed) === "denied"
      ? "denied"
      : "listed";
  }
  if (carried !== undefined || !globalIpv6.check(address, "ipv6")) return "denied";
  return specialIpv6.check(address, "ipv6") ? "denied" : "public";
}

function carriedIpv4(bytes: Buffer): string | undefined {
  const text = bytes.toString("hex");
  const carrier = carriers.find(([prefix]) => text.startsWith(prefix));
  if (carrier === undefined || /^0{31}[01]$/.test(text)) return undefined; // :: and ::1.
  return bytes.subarray(carrier[1], carrier[1] + 4).join(".");
}

/** Mapped addresses end in dots, as sockets write them; the operator's list knows them by that. */
function canonicalIpv6(bytes: Buffer, carried: string | undefined): string {
  if (bytes.toString("hex").startsWith("00000000000000000000ffff")) return `::ffff:${carried}`;
  return (bytes.toString("hex").match(/.{4}/g) ?? []).join(":");
}

function blockList(family: "ipv4" | "ipv6", subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", prefix] = subnet.split("/");
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
