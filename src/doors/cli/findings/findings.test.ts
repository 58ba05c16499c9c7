/** The commands as they are typed, on a server that listens. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandServer, openCommandServer } from "../../../../test/support/command-server.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../../test/support/scanned-registry.ts";
import type { Region } from "../../../registry/names.ts";
import { writtenImage } from "./named-image.ts";

let server: CommandServer;
let scanned: ScannedRegistry;
beforeAll(async () => {
  server = await openCommandServer();
  scanned = await ScannedRegistry.over(server.store, "eu-west-1" as Region, "team/app");
  await scanned.push("team/app", "v1", [debianLayer, lodashLayer]);
  await scanned.settle();
});
afterAll(async () => {
  await server.close();
  await scanned.advisories.close();
});

const cells = (out: string) =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));
const set = (...words: string[]) =>
  server.run([
    ...["waiver", "set", "w", "--repository", "team/*", "--reason", "not reachable"],
    ...["--owner", "me", ...words],
  ]);

describe("entrepot finding", () => {
  it("lists what to see to first, says why, and marks what is waived", async () => {
    const list = await server.run(["finding", "list", "team/app:v1"]);
    expect(cells(list.out)).toEqual([
      ["PRIORITY", "SEVERITY", "VULNERABILITY", "PACKAGE", "VERSION", "FIXED IN", "SUPPRESSED BY"],
      [expect.any(String), "critical", "CVE-2023-1111", "openssl", "3.0.9-1", "3.0.11-1", "-"],
      [expect.any(String), "high", "CVE-2021-23337", "lodash", "4.17.20", "4.17.21", "-"],
    ]);
    const waived = await set("--vulnerability", "GHSA-35jh-r3h4-6jhm", "--days", "30");
    expect(waived.out).toBe(
      "Waiver w: GHSA-35jh-r3h4-6jhm in team/* until 2023-12-14T22:13:20Z.\n",
    );
    const words = ["finding", "list", "team/app:v1", "--suppressed", "--explain"];
    const { out } = await server.run(words);
    expect(out).toContain("Suppressed     by waiver w: not reachable");
    expect(out).toContain("Its severity is high");
    const rest = await server.run(["finding", "list", "team/app:v1", "--active", "--fixable"]);
    expect(cells(rest.out)).toHaveLength(2);
    const none = ["finding", "list", "team/app:v1", "--min-priority", "99", "--severity", "low"];
    expect((await server.run(none)).out).toBe("There are no such findings.\n");
    const waivers = await server.run(["waiver", "list", "--repository", "team/app"]);
    expect(cells(waivers.out)[1]).toEqual([
      ...["w", "GHSA-35jh-r3h4-6jhm", "team/*", "2023-12-14", "me", "not reachable"],
    ]);
    expect((await server.run(["waiver", "delete", "w"])).out).toBe("Deleted the waiver w.\n");
    expect((await server.run(["waiver", "list"])).out).toBe("There are no waivers.\n");
  });

  it.each([
    [["finding", "list", "team/app:v1", "--severity", "bad"], "is no severity"],
    [["finding", "list", "team/app:v1", "--min-priority", "101"], "is no priority"],
    [["finding", "list", "@x"], "is no image"],
    [["vex", "attached", "some"], "neither vouched, all nor none"],
    [["sbom", "attach", "team/app:v1", "--format", "xml"], "is no format"],
  ])("refuses %j", async (words, message) => {
    expect(await server.run(words)).toMatchObject({
      code: 2,
      error: expect.stringContaining(message),
    });
  });
});

describe("entrepot vex and entrepot sbom", () => {
  it("imports, lists and lets go of documents, and says which attached ones count", async () => {
    const file = join(server.directory, "vex.json");
    const statement = {
      ...{ vulnerability: { name: "CVE-2021-23337" }, products: [{ "@id": "pkg:npm/lodash" }] },
      ...{ status: "not_affected", justification: "component_not_present" },
    };
    await writeFile(
      file,
      JSON.stringify({
        ...{ "@context": "https://openvex.dev/ns/v0.2.0", author: "Team", version: 1 },
        ...{ timestamp: "2023-01-01T00:00:00Z", statements: [statement] },
      }),
    );
    const done = await server.run(["vex", "import", "doc", file, "--repository", "team/app"]);
    expect(done.out).toBe("Imported doc: 1 statements, OPENVEX.\n");
    expect(cells((await server.run(["vex", "list"])).out)[1]).toEqual([
      ...["doc", "OPENVEX", "1", "team/app", "Team", "2023-11-14"],
    ]);
    expect((await server.run(["vex", "delete", "doc"])).code).toBe(0);
    expect((await server.run(["vex", "attached"])).out).toContain("vouched");
    expect((await server.run(["vex", "attached", "none"])).out).toContain("none");
    const attach = () => server.run(["sbom", "attach", "team/app:v1"]);
    expect((await attach()).out).toMatch(/^Attached sha256:/);
    expect((await attach()).out).toMatch(/^It was attached before: sha256:/);
  });
});

it("images are named by tag or digest, and are the latest without either", () => {
  expect(writtenImage("a/b")).toEqual({ repositoryName: "a/b", imageId: { imageTag: "latest" } });
  expect(writtenImage("a:v1")).toEqual({ repositoryName: "a", imageId: { imageTag: "v1" } });
  expect(writtenImage("a@sha256:1").imageId).toEqual({ imageDigest: "sha256:1" });
  for (const wrong of ["", ":v1", "a:", "@x"]) expect(() => writtenImage(wrong)).toThrow();
});
