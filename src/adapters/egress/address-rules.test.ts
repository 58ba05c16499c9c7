import { BlockList } from "node:net";
import { describe, expect, it } from "vitest";
import { inList } from "../../settings/setting-values.ts";
import { judgeAddress } from "./address-rules.ts";

/** As the setting is read. */
function listed(...subnets: readonly string[]) {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", prefix] = subnet.split("/");
    list.addSubnet(address, Number(prefix), address.includes(":") ? "ipv6" : "ipv4");
  }
  return (address: string) => inList(list, address);
}
const nothing = listed();

describe("an address is", () => {
  it.each([
    ["this network", ["0.0.0.0", "0.255.255.255"]],
    ["private", ["10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1"]],
    ["carrier-grade NAT", ["100.64.0.0", "100.100.100.200", "100.127.255.255"]],
    ["loopback", ["127.0.0.1", "127.0.0.2", "127.255.255.255"]],
    ["link-local, where metadata services are", ["169.254.169.254", "169.254.0.0"]],
    ["metadata elsewhere", ["168.63.129.16", "192.0.0.192"]],
    ["documentation or benchmarks", ["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.19.255.255"]],
    ["6to4's relays", ["192.88.99.1"]],
    ["multicast, reserved or broadcast", ["224.0.0.1", "239.255.255.255", "240.0.0.1"]],
    ["broadcast", ["255.255.255.255"]],
    ["IPv6's unspecified address and loopback", ["::", "::1", "0:0:0:0:0:0:0:1"]],
    ["IPv6's unique local", ["fc00::1", "fd00:ec2::254", "fd20:ce::254", "fdff::1"]],
    ["IPv6's link-local and site-local", ["fe80::1", "fe80::1%eth0", "febf::1", "fec0::1"]],
    ["IPv6's multicast", ["ff02::1", "ff0e::1"]],
    ["IPv6's documentation", ["2001:db8::1", "3fff::1", "3fff:fff::1"]],
    ["discard-only, SRv6 and unassigned", ["100::1", "5f00::1", "4000::1", "8000::1"]],
    ["IPv4 in IPv6, mapped", ["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:8.8.8.8"]],
    ["IPv4 in IPv6, mapped and written out", ["0:0:0:0:0:ffff:7f00:1", "::FFFF:7F00:1"]],
    ["IPv4 in IPv6, compatible", ["::127.0.0.1", "::8.8.8.8", "::7f00:1"]],
    ["IPv4 in IPv6, translated", ["::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"]],
    ["NAT64", ["64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::1"]],
    ["6to4", ["2002:7f00:1::", "2002:808:808::1"]],
    ["Teredo and other protocols", ["2001::1", "2001:0:808:808::1", "2001:10::1", "2001:1ff::1"]],
    [
      "no address",
      ["", "localhost", "1.2.3", "0x7f.1", "2130706433", "01.2.3.4", "::g", "1.2.3.4 "],
    ],
  ])("denied when it is %s", (_what, addresses) => {
    for (const address of addresses)
      expect([address, judgeAddress(address, nothing)]).toEqual([address, "denied"]);
  });

  it("public when it is anybody's", () => {
    const addresses = [
      ...["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"],
      ...["126.255.255.255", "128.0.0.0", "169.253.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1"],
      ...["192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"],
      ...["2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1", "2003::1"],
    ];
    for (const address of addresses)
      expect([address, judgeAddress(address, nothing)]).toEqual([address, "public"]);
  });

  it("listed when the operator says so, in every notation of it", () => {
    const isListed = listed("127.0.0.0/8", "10.1.0.0/16", "fd00::/8", "169.254.169.254/32");
    const addresses = ["127.0.0.1", "10.1.255.255", "fd12::1", "169.254.169.254"];
    const others = ["::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:FFFF:a01:1"];
    for (const address of [...addresses, ...others]) {
      expect([address, judgeAddress(address, isListed)]).toEqual([address, "listed"]);
    }
    for (const address of ["10.2.0.1", "::1", "fc00::1", "::ffff:10.2.0.1", "::127.0.0.1"]) {
      expect([address, judgeAddress(address, isListed)]).toEqual([address, "denied"]);
    }
  });

  it("listed through NAT64 or 6to4 only where its IPv4 address could be reached as well", () => {
    const isListed = listed("64:ff9b::/96", "2002::/16", "10.1.0.0/16");
    for (const address of ["64:ff9b::8.8.8.8", "64:ff9b::10.1.0.1", "2002:808:808::1"]) {
      expect([address, judgeAddress(address, isListed)]).toEqual([address, "listed"]);
    }
    for (const address of ["64:ff9b::127.0.0.1", "64:ff9b::10.2.0.1", "2002:7f00:1::"]) {
      expect([address, judgeAddress(address, isListed)]).toEqual([address, "denied"]);
    }
  });
});
