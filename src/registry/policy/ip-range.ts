/** Addresses that share their first `prefix` bits, as IPv4 (two words) or IPv6 (eight words). */
export interface IpRange {
  readonly words: readonly number[];
  readonly prefix: number;
}

const octetShape = /^(?:0|[1-9]\d{0,2})$/;
const wordShape = /^[0-9a-fA-F]{1,4}$/;
const prefixShape = /^(?:0|[1-9]\d{0,2})$/;

/**
 * An address as 16-bit words: two for IPv4, also where it is written as an IPv4-mapped IPv6
 * address, and eight for IPv6. `undefined` if it is none; octets with leading zeros are none.
 */
export function parseIpAddress(text: string): readonly number[] | undefined {
  if (!text.includes(":")) return parseIpv4(text);
  const zone = text.indexOf("%");
  const words = parseIpv6(zone < 0 ? text : text.slice(0, zone));
  return words !== undefined && isMapped(words) ? words.slice(6) : words;
}

/** An address, or a range in CIDR form; bits behind the prefix are ignored. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const isIpv6 = address.includes(":");
  const words = isIpv6 ? parseIpv6(address) : parseIpv4(address);
  if (words === undefined) return undefined;
  const length = words.length * 16;
  const written = slash < 0 ? String(length) : text.slice(slash + 1);
  const prefix = Number(written);
  if (!prefixShape.test(written) || prefix > length) return undefined;
  if (isIpv6 && prefix >= 96 && isMapped(words)) {
    return { words: words.slice(6), prefix: prefix - 96 };
  }
  return { words, prefix };
}

/** Whether the address lies in the range. Families do not mix: ::/0 holds no IPv4 address. */
export function isInRange(address: readonly number[], range: IpRange): boolean {
  if (address.length !== range.words.length) return false;
  let bits = range.prefix;
  for (let index = 0; bits > 0; index++, bits -= 16) {
    const ignored = bits >= 16 ? 0 : 16 - bits;
    if (address[index]! >>> ignored !== range.words[index]! >>> ignored) return false;
  }
  return true;
}

function isMapped(words: readonly number[]): boolean {
  return words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0);
}

function parseIpv4(text: string): number[] | undefined {
  const octets = text.split(".", 5);
  if (octets.length !== 4 || !octets.every((octet) => octetShape.test(octet))) return undefined;
  const [a, b, c, d] = octets.map(Number) as [number, number, number, number];
  if (Math.max(a, b, c, d) > 255) return undefined;
  return [(a << 8) | b, (c << 8) | d];
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::", 3);
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : parseWords(half)));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail!.length;
  // "::" stands for at least one group of zeros.
  return missing < 1 ? undefined : [...head, ...Array<number>(missing).fill(0), ...tail!];
}

/** Groups between colons; the last may be an IPv4 address. */
function parseWords(text: string): number[] | undefined {
  const groups = text.split(":", 9);
  const words: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (wordShape.test(group)) {
      words.push(Number.parseInt(group, 16));
      continue;
    }
    const last = index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (last === undefined) return undefined;
    words.push(...last);
  }
  return words;
}
