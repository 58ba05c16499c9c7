import { describe, expect, it } from "vitest";
import { file } from "../../../../../test/support/layer-inventories.ts";
import { secretFileReader } from "./secret-file-reader.ts";
import { secretPath } from "./secret-paths.ts";

const secret = `token_secret=${"Zx81QplM44aa9921"}\n`;

function read(content: string, pieceBytes = 1000) {
  const bytes = new TextEncoder().encode(content);
  const reading = secretFileReader.read(file(".env", bytes.length));
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (!reading.push(bytes.subarray(at, at + pieceBytes))) break;
  }
  return reading.end();
}

describe("secretFileReader", () => {
  it.each([1, 7, 100_000])(
    "finds secrets with their lines, in pieces of %i bytes",
    (pieceBytes) => {
      expect(read(`A=1\n\n${secret}B=2\n${secret}`, pieceBytes)).toEqual([
        { kind: "secret value", name: "token_secret", preview: "Zx", isCertain: false, line: 3 },
        { kind: "secret value", name: "token_secret", preview: "Zx", isCertain: false, line: 5 },
      ]);
    },
  );

  it("finds one wherever the edge of a window is, once", () => {
    for (const shift of [0, 5, 11, 20, 28]) {
      const filler = "x\n".repeat(32_768 - 15) + "y".repeat(shift);
      expect(read(`${filler}\n${secret}${"z\n".repeat(40_000)}`, 4096)).toHaveLength(1);
    }
  });

  it("stops at binary files and at its bound", () => {
    expect(read(`\0${secret}`)).toEqual([]);
    expect(read("a\n".repeat(2 ** 19) + secret)).toEqual([]);
    const reading = secretFileReader.read(file("x", 1));
    expect(reading.push(new Uint8Array(2 ** 20 + 1).fill(97))).toBe(false);
  });

  it("wants settings that people write, and not those that packages bring", () => {
    const wants = (path: string) => secretFileReader.wants(file(path, 10));
    expect(
      ["app/.env", "root/.npmrc", "srv/config.yaml", "usr/src/app/x.json"].filter(wants),
    ).toHaveLength(4);
    expect(
      ["usr/share/x.json", "app/node_modules/a/.npmrc", "app/photo.png", "usr/lib/y.conf"].filter(
        wants,
      ),
    ).toEqual([]);
    expect(secretFileReader.wants(file("app/.env", 2 ** 21))).toBe(false);
  });
});

describe("secretPath", () => {
  it.each([
    "root/.ssh/id_rsa",
    "app/.env",
    "root/.aws/credentials",
    "home/a/.docker/config.json",
    "app/server.pfx",
    "root/.config/gcloud/application_default_credentials.json",
  ])("knows %s", (path) => {
    expect(secretPath(path)).toBeDefined();
  });

  it.each([
    "root/.ssh/id_rsa.pub",
    "app/.env.example",
    "app/.environment",
    "aws/credentials",
    "app/config.json",
    "app/node_modules/x/.env",
    "usr/lib/python3/dist-packages/x/tests/id_rsa",
    "app/.pfx",
  ])("leaves alone %s", (path) => {
    expect(secretPath(path)).toBeUndefined();
  });
});
