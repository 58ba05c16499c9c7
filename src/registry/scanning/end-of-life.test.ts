import { describe, expect, it } from "vitest";
import type { EndOfLifeDates } from "./advisories/end-of-life-dates.ts";
import { hasSupportEnded, supportOf, supportOfDistribution } from "./end-of-life.ts";

/** Rows of endoflife.date (MIT), as of 2026-08. */
const data: EndOfLifeDates = {
  debian: [
    { release: "13", securityEnds: "2028-08-09", extendedEnds: "2030-06-30" },
    { release: "12", securityEnds: "2026-07-11", extendedEnds: "2028-06-30" },
    { release: "1", securityEnds: "1996-12-12" },
  ],
  "alpine-linux": [
    { release: "3.19", securityEnds: "2025-11-01" },
    { release: "3.1", securityEnds: "2016-11-01" },
  ],
  centos: [{ release: "8", securityEnds: "2021-12-31" }],
  "centos-stream": [{ release: "8", securityEnds: "2024-05-31" }],
  "oracle-linux": [{ release: "6", securityEnds: true, extendedEnds: false }],
  nodejs: [
    { release: "20", securityEnds: "2026-04-30" },
    { release: "8", securityEnds: true },
  ],
  go: [{ release: "1.27", securityEnds: false }],
};

const on = (date: string) => new Date(`${date}T12:00:00Z`);

describe("support of a release", () => {
  it("ended between two times where its last day lies there, be it of longer support", () => {
    const hasEnded = (since: string, until: string) => hasSupportEnded(data, on(since), on(until));
    expect(hasEnded("2025-11-01", "2025-11-02")).toBe(true);
    expect(hasEnded("2025-10-31", "2025-11-01")).toBe(false);
    expect(hasEnded("2025-11-02", "2026-07-30")).toBe(false);
    expect(hasEnded("2028-06-30", "2028-07-01")).toBe(true);
  });

  it("lasts through its last day", () => {
    const debian = { id: "debian", versionId: "12", name: "Debian" };
    const at = (date: string) => supportOfDistribution(data, debian, on(date));
    expect(at("2026-07-11")).toEqual({ state: "SUPPORTED", release: "12", until: "2026-07-11" });
    expect(at("2026-07-12")).toEqual({
      state: "EXTENDED",
      release: "12",
      since: "2026-07-11",
      until: "2028-06-30",
    });
    expect(at("2028-07-01")).toEqual({ state: "ENDED", release: "12", since: "2026-07-11" });
  });

  it("is that of the release with the most of the version's numbers", () => {
    const alpine = (versionId: string) =>
      supportOfDistribution(data, { id: "alpine", versionId, name: "Alpine" }, on("2025-01-01"));
    expect(alpine("3.19.1")).toEqual({ state: "SUPPORTED", release: "3.19", until: "2025-11-01" });
    expect(alpine("3.1.4")).toEqual({ state: "ENDED", release: "3.1", since: "2016-11-01" });
    expect(alpine("3.190.0")).toEqual({ state: "UNKNOWN" });
  });

  it("may have ended, or not, on days that nobody names", () => {
    expect(supportOf(data, "nodejs", "8.17.0", on("2026-01-01"))).toEqual({
      state: "ENDED",
      release: "8",
    });
    expect(supportOf(data, "go", "1.27.3", on("2099-01-01"))).toEqual({
      state: "SUPPORTED",
      release: "1.27",
    });
    expect(supportOf(data, "oracle-linux", "6.10", on("2026-01-01"))).toEqual({
      state: "EXTENDED",
      release: "6",
    });
  });

  it("differs between CentOS Linux and CentOS Stream", () => {
    const of = (name: string) =>
      supportOfDistribution(data, { id: "centos", versionId: "8", name }, on("2022-06-01")).state;
    expect(of("CentOS Linux 8")).toBe("ENDED");
    expect(of("CentOS Stream 8")).toBe("SUPPORTED");
  });

  it("is unknown of derivatives, of rolling ones and of releases without data", () => {
    const of = (id: string, versionId?: string) =>
      supportOfDistribution(
        data,
        { id, name: id, ...(versionId && { versionId }) },
        on("2026-01-01"),
      );
    expect(of("raspbian", "12")).toEqual({ state: "UNKNOWN" });
    expect(of("debian")).toEqual({ state: "UNKNOWN" });
    expect(of("wolfi", "20230201")).toEqual({ state: "UNKNOWN" });
    expect(of("debian", "14")).toEqual({ state: "UNKNOWN" });
    expect(of("ubuntu", "22.04")).toEqual({ state: "UNKNOWN" });
    expect(supportOf(data, "constructor", "1", on("2026-01-01"))).toEqual({ state: "UNKNOWN" });
  });
});
