import { BlockList, isIP, isIPv4 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInRange, parseIpAddress, parseIpRange } from "./ip-range.ts";

function contains(range: string, address: string): boolean {
  const parsed = parseIpAddress(address);
  return parsed !== undefined && isInRange(parsed, parseIpRange(range)!);
}

describe("ranges of addresses", () => {
  it("agree with Node's own on addresses of one family", () => {
    const v4 = fc.tuple(fc.ipV4(), fc.nat(32), fc.ipV4());
    const v6 = fc.tuple(fc.ipV6(), fc.nat(128), fc.ipV6());
    fc.assert(
      fc.property(fc.oneof(v4, v6), ([base, prefix, address]) => {
        const family = isIPv4(base) ? "ipv4" : "ipv6";
        // Mapped addresses are of the other family here, and of both there.
        fc.pre(!/^(0*:)*:?:?ffff:/i.test(base) && !/^(0*:)*:?:?ffff:/i.test(address));
        const list = new BlockList();
        list.addSubnet(base, prefix, family);
        expect(contains(`${base}/${prefix}`, address)).toBe(list.check(address, family));
        expect(contains(`${address}/${prefix}`, address)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("read an address exactly when Node does", () => {
    const pieces = fc.constantFrom("0", "1", "255", "256", "01", "ffff", "g", "", ":", ".", "::");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        expect(parseIpAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it("take an IPv4-mapped address for the IPv4 address", () => {
    expect(contains("203.0.113.0/24", "::ffff:203.0.113.9")).toBe(true);
    expect(contains("203.0.113.0/24", "::ffff:cb00:7109")).toBe(true);
    expect(contains("::ffff:203.0.113.0/120", "203.0.113.9")).toBe(true);
    expect(contains("::/0", "203.0.113.9")).toBe(false);
    expect(contains("0.0.0.0/0", "2001:db8::1")).toBe(false);
  });

  it.each([
    "",
    "10.0.0.0/33",
    "10.0.0/8",
    "10.0.0.0/",
    "10.0.0.0/08",
    "::/129",
    "1::2::3/64",
    "a",
    "10.0.0.0/8/8",
  ])("%j is none", (text) => {
    expect(parseIpRange(text)).toBeUndefined();
  });

  it("without a prefix hold one address", () => {
    expect(contains("203.0.113.7", "203.0.113.7")).toBe(true);
    expect(contains("203.0.113.7", "203.0.113.8")).toBe(false);
  });
});
