import { describe, expect, it } from "vitest";
import { dockerSettings, hostsFiles } from "./mirror-files.ts";

const mirror = new URL("http://127.0.0.1:5052");

describe("what clients are told of a mirror", () => {
  it("is for containerd a file for each registry, by the name that it has for it", () => {
    const urls = ["registry-1.docker.io", "https://r.example:5000", "https://r.example:5000"];
    expect(hostsFiles(urls, mirror)).toEqual([
      {
        namespace: "docker.io",
        text: `# Written by entrepot mirror-config.\nserver = "https://registry-1.docker.io"\n\n[host."http://127.0.0.1:5052"]\n  capabilities = ["pull", "resolve"]\n`,
      },
      expect.objectContaining({ namespace: "r.example:5000" }),
    ]);
  });

  it("is for Docker a mirror before others, with all else as it was, and once", () => {
    const before = '{"debug": true, "registry-mirrors": ["https://other.example"]}';
    const once = dockerSettings(before, mirror);
    expect(JSON.parse(once)).toEqual({
      debug: true,
      "registry-mirrors": ["http://127.0.0.1:5052", "https://other.example"],
    });
    expect(dockerSettings(once, mirror)).toBe(once);
    expect(JSON.parse(dockerSettings("", new URL("http://mirror.example")))).toEqual({
      "registry-mirrors": ["http://mirror.example"],
      "insecure-registries": ["mirror.example"],
    });
    expect(() => dockerSettings("[]", mirror)).toThrow("no JSON object");
  });
});
