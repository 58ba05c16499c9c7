import { describe, expect, it } from "vitest";
import { networks, traces } from "./telemetry-settings.ts";

const problemOf = (parsed: { error?: { issues: { message: string }[] } | undefined }) =>
  parsed.error?.issues[0]?.message;

describe("where a client is", () => {
  it("is the region for this machine and private networks, and the internet for all else", () => {
    const of = networks.parse("{}");
    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "192.168.0.9",
      "::1",
      "fd00::1",
      "::ffff:10.0.0.1",
    ]) {
      expect(of(address)).toBe("region");
    }
    for (const address of ["8.8.8.8", "2001:db8::1", "172.32.0.1", "", "no address"]) {
      expect(of(address)).toBe("internet");
    }
  });

  it("is what the narrowest of the named networks says", () => {
    const named = { region: ["10.0.0.0/8"], "other-region": ["10.1.0.0/16", "2001:db8::/32"] };
    const of = networks.parse(
      JSON.stringify({ ...named, internet: ["10.1.7.0/24", "172.16.0.0/12"] }),
    );
    expect(of("10.2.0.1")).toBe("region");
    expect(of("10.1.2.3")).toBe("other-region");
    expect(of("10.1.2.3")).toBe("other-region");
    expect(of("10.1.7.3")).toBe("internet");
    expect(of("2001:db8::5")).toBe("other-region");
    expect(of("172.20.0.1")).toBe("internet");
    expect(of("192.168.1.1")).toBe("region");
  });

  it("refuses other names, and what is no CIDR", () => {
    expect(problemOf(networks.safeParse('{"moon":[]}'))).toContain("must be a JSON map");
    expect(problemOf(networks.safeParse("[]"))).toContain("must be a JSON map");
    expect(problemOf(networks.safeParse('{"region":["10.0.0.0/33"]}'))).toContain("10.0.0.0/33");
  });
});

describe("where traces go", () => {
  it("is a URL, and the part of requests that is traced", () => {
    expect(traces.parse("http://127.0.0.1:4318/v1/traces?sample=0.25")).toEqual({
      url: "http://127.0.0.1:4318/v1/traces",
      sampled: 0.25,
    });
    expect(traces.parse("https://collector/v1/traces").sampled).toBe(0.1);
  });

  it.each([
    ["collector:4318", "must be a URL"],
    ["http://a:b@collector/v1/traces", "password"],
    ["http://collector/v1/traces?sample=0", "above 0"],
    ["http://collector/v1/traces?sample=1.5", "above 0"],
    ["http://collector/v1/traces?x=1", "another option"],
  ])("refuses %s", (value, why) => {
    expect(problemOf(traces.safeParse(value))).toContain(why);
  });
});
