import { describe, expect, it } from "vitest";
import { parsePath } from "./parse-path.ts";

describe("parsePath", () => {
  it.each([
    ["/v2", { shape: "base", name: "", reference: "" }],
    ["/v2/", { shape: "base", name: "", reference: "" }],
    ["/v2/_catalog", { shape: "catalog", name: "", reference: "" }],
    ["/v2/app/tags/list", { shape: "tags", name: "app", reference: "" }],
    ["/v2/team/app/manifests/1.0", { shape: "manifest", name: "team/app", reference: "1.0" }],
    ["/v2/app/blobs/sha256:ab", { shape: "blob", name: "app", reference: "sha256:ab" }],
    ["/v2/app/blobs/sha256%3Aab", { shape: "blob", name: "app", reference: "sha256:ab" }],
    ["/v2/app/blobs/uploads", { shape: "uploads", name: "app", reference: "" }],
    ["/v2/app/blobs/uploads/", { shape: "uploads", name: "app", reference: "" }],
    ["/v2/app/blobs/uploads/1-2", { shape: "upload", name: "app", reference: "1-2" }],
    ["/v2/app/referrers/sha256:ab", { shape: "referrers", name: "app", reference: "sha256:ab" }],
  ])("reads %s", (path, expected) => {
    expect(parsePath(path)).toEqual(expected);
  });

  it.each([
    ["/v2/a/manifests/b/manifests/1", "a/manifests/b"],
    ["/v2/blobs/uploads/manifests/1", "blobs/uploads"],
    ["/v2/tags/list/tags/list", "tags/list"],
    ["/v2/a/blobs/uploads/blobs/uploads/1-2", "a/blobs/uploads"],
  ])("lets the last marker decide in %s", (path, name) => {
    expect(parsePath(path)?.name).toBe(name);
  });

  it("never unescapes a name", () => {
    expect(parsePath("/v2/a%2Fb/manifests/1")?.name).toBe("a%2Fb");
    expect(parsePath("/v2/%2e%2e/x/manifests/1")?.name).toBe("%2e%2e/x");
  });

  it.each([
    "/v2/manifests/1",
    "/v2/app",
    "/v2/app/",
    "/v2/app/tags",
    "/v2/app/tags/all",
    "/v2/app/manifests/",
    "/v2/app/manifests/%zz",
    "/v2/app/uploads/1-2",
    "/v2//",
    "/v3/app/manifests/1",
    "/v2app/manifests/1",
  ])("knows nothing at %s", (path) => {
    expect(parsePath(path)).toBeUndefined();
  });
});
