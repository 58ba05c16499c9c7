import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { mediaTypes, parseManifest } from "./parse-manifest.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const descriptor = (letter: string, more: object = {}) => ({
  mediaType: "application/octet-stream",
  digest: digest(letter),
  size: 3,
  ...more,
});
const image = (more: object = {}) => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  config: descriptor("c"),
  layers: [descriptor("a"), descriptor("b")],
  ...more,
});
const parse = (value: unknown, declared?: string) =>
  parseManifest(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)), declared);

describe("a manifest", () => {
  it("tells what it refers to, each once", () => {
    const manifest = parse(
      image({ layers: [descriptor("a"), descriptor("a")], subject: descriptor("d") }),
    );
    expect(manifest.references.map(({ kind, digest: to }) => [kind, to])).toEqual([
      ["config", digest("c")],
      ["layer", digest("a")],
      ["subject", digest("d")],
    ]);
    expect(manifest.subject).toBe(digest("d"));
  });

  it("may name what it refers to by SHA-512", () => {
    const sha512 = `sha512:${"e".repeat(128)}`;
    const manifest = parse(
      image({
        layers: [descriptor("a"), descriptor("e", { digest: sha512 })],
        subject: descriptor("e", { digest: sha512 }),
      }),
    );
    expect(manifest.references.map(({ digest: to }) => to)).toEqual([
      digest("c"),
      digest("a"),
      sha512,
      sha512,
    ]);
    expect(manifest.subject).toBe(sha512);
  });

  it("takes its type from beside it when it has none itself", () => {
    const untyped = image({ mediaType: undefined });
    expect(parse(untyped, mediaTypes.ociManifest).mediaType).toBe(mediaTypes.ociManifest);
    expect(() => parse(untyped)).toThrow("Invalid JSON syntax");
  });

  it("takes null for a list of nothing", () => {
    expect(parse(image({ layers: null })).references.map(({ kind }) => kind)).toEqual(["config"]);
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: null };
    expect(parse(index).references).toEqual([]);
  });

  it("knows the layers that the index of a build cache lists", () => {
    const layer = "application/vnd.oci.image.layer.v1.tar+gzip";
    const cacheConfig = "application/vnd.buildkit.cacheconfig.v0";
    const listed = [
      descriptor("a", { mediaType: layer }),
      descriptor("c", { mediaType: cacheConfig }),
    ];
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: listed };
    const cache = parse(index);
    expect(cache.references.map(({ kind, digest: to }) => [kind, to])).toEqual([
      ["layer", digest("a")],
      ["config", digest("c")],
    ]);
    expect(cache.configMediaType).toBe(cacheConfig);
    const [only] = parse({ ...index, manifests: [listed[0]] }).references;
    expect(only?.kind).toBe("child"); // No cache: whatever it is called, it has to be an image.
  });

  it("23: refuses layers beside manifests", () => {
    expect(() => parse(image({ manifests: [] }))).toThrow("either layers or manifests");
    expect(() => parse({ ...image({ mediaType: mediaTypes.ociIndex, manifests: [] }) })).toThrow(
      "either layers or manifests",
    );
  });

  it("24: refuses a type beside it that differs from its own", () => {
    expect(() => parse(image(), mediaTypes.dockerManifest)).toThrow(
      "differs from the manifest's own",
    );
  });

  it("65: refuses 1,001 references", () => {
    const manifests = Array.from({ length: limits.manifestReferences + 1 }, () => descriptor("a"));
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
    expect(() => parse(index)).toThrow("at most 1000 references");
  });

  it("keeps annotations named __proto__ inert", () => {
    const text = JSON.stringify(image()).replace(/}$/, ',"annotations":{"__proto__":"x","a":"b"}}');
    const { annotations } = parse(text);
    expect(Object.getPrototypeOf(annotations)).toBe(Object.prototype);
    expect(annotations["a"]).toBe("b");
  });

  it("knows foreign layers by their urls", () => {
    const { foreign } = parse(
      image({ layers: [descriptor("a", { urls: ["https://example.com/a"] })] }),
    );
    expect([...foreign]).toEqual([digest("a")]);
  });

  it.each([
    ["no JSON", "not json"],
    ["a list", []],
    ["another schema", image({ schemaVersion: 1 })],
    ["a digest of another kind", image({ config: descriptor("c", { digest: "md5:00" }) })],
    ["SHA-384", image({ config: descriptor("c", { digest: `sha384:${"c".repeat(96)}` }) })],
    [
      "SHA-512 cut short",
      image({ config: descriptor("c", { digest: `sha512:${"c".repeat(64)}` }) }),
    ],
    ["an upper-case digest", image({ config: descriptor("c", { digest: digest("A") }) })],
    ["a negative size", image({ config: descriptor("c", { size: -1 }) })],
    ["layers that are no list", image({ layers: {} })],
    ["no config", image({ config: undefined })],
    ["a NUL in a type", image({ artifactType: "application/a\u0000b" })],
    ["a line break in a layer's type", image({ layers: [descriptor("c", { mediaType: "a\nb" })] })],
  ])("refuses %s", (_name, value) => {
    expect(() => parse(value, mediaTypes.ociManifest)).toThrow("ImageManifest");
  });

  it("refuses types that are not stored here", () => {
    const artifact = "application/vnd.cncf.oras.artifact.manifest.v1+json";
    expect(() => parse({ schemaVersion: 2 }, artifact)).toThrow(
      `Unsupported manifest type: "${artifact}"`,
    );
  });
});
