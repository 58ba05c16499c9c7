import { describe, expect, it } from "vitest";
import { checkDestination, parseUrl } from "./destination.ts";

const rules = { resolve: async () => ["1.1.1.1", "2606:4700::1111"], isListed: () => false };

describe("a destination on the public Internet", () => {
  it("is its URL with every address that its name has", async () => {
    const url = parseUrl("https://one.example:8443/path?query");
    expect(await checkDestination(url, "never", rules)).toEqual({
      url,
      hostname: "one.example",
      addresses: ["1.1.1.1", "2606:4700::1111"],
    });
  });

  it("is the address that the URL names, without a look-up", async () => {
    const url = parseUrl("https://[2606:4700:0::1111]/");
    const resolve = () => Promise.reject(new Error("nothing is to be looked up"));
    expect(await checkDestination(url, "never", { ...rules, resolve })).toEqual({
      url,
      hostname: "2606:4700::1111",
      addresses: ["2606:4700::1111"],
    });
  });

  it("may be reached without TLS only where the caller says so", async () => {
    const url = parseUrl("http://one.example/");
    const { addresses } = await checkDestination(url, "anywhere", rules);
    expect(addresses).toHaveLength(2);
    for (const plainHttp of ["never", "listed"] as const) {
      await expect(checkDestination(url, plainHttp, rules)).rejects.toMatchObject({
        kind: "Denied",
        message: "http://one.example is not allowed without TLS",
      });
    }
  });
});
